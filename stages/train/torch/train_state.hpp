#pragma once

#include <map>
#include <optional>

#include "stages/evaluate/tally.hpp"
#include "stages/figures/figures.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/train/best_tracker.hpp"
#include "stages/train/gradient_history.hpp"
#include "stages/train/history.hpp"
#include "stages/train/loss_scale.hpp"
#include "stages/train/torch/optimizer.hpp"

namespace fovea {

/// The state of training between steps, beside inputs and settings. Random numbers need no state: each is a
/// function of seed, epoch and sample.
struct TrainState {
  static constexpr std::string_view kind = "TrainState";
  static const Codec& codec();

  Weights weights;  ///< filled by `Trainer::state` only; during training they are in the network
  OptimizerState optimizer;
  std::int64_t epoch = 0;          ///< finished epochs
  std::int64_t step_in_epoch = 0;  ///< steps of the unfinished epoch
  Tally tally;                     ///< of the unfinished epoch
  Phases phases;                   ///< of the unfinished epoch
  GradientSums gradient_norms;     ///< of the unfinished epoch, where norms are tracked
  MonitorState monitor_state;
  Weights best_weights;
  Weights average;                      ///< of the weights, where one is kept
  std::optional<LossScale> loss_scale;  ///< where the loss is scaled, as for fp16
  History history;
  std::map<std::string, double> logged;                  ///< values of callbacks in the unfinished epoch
  std::map<std::string, std::vector<double>> callbacks;  ///< states of callbacks, by name
  std::vector<Figures::File> figures;                    ///< figures of callbacks
  bool told_to_stop = false;  ///< whether a callback ends training after this epoch
  GradientHistory gradients;
  Timing timing;
};

}  // namespace fovea
