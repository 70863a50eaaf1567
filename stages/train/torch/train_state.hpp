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

/// Everything that decides how training goes on, beside inputs and settings. Random numbers need no state:
/// each is a function of seed, epoch and sample.
struct TrainState {
  static constexpr std::string_view kind = "TrainState";
  static const Codec& codec();

  Weights weights;  ///< filled by `Trainer::state` only; while training they are in the network
  OptimizerState optimizer;
  std::int64_t epoch = 0;          ///< epochs that are finished
  std::int64_t step_in_epoch = 0;  ///< steps of the epoch that is not
  Tally tally;                     ///< of those steps
  Phases phases;                   ///< likewise
  GradientSums gradient_norms;     ///< likewise, where they are tracked
  MonitorState monitor_state;
  Weights best_weights;
  Weights average;                      ///< of the weights, where one is kept
  std::optional<LossScale> loss_scale;  ///< where the loss is scaled, as for fp16
  History history;
  std::map<std::string, double> logged;                  ///< by callbacks, in the epoch that is not finished
  std::map<std::string, std::vector<double>> callbacks;  ///< what they remember, by name
  std::vector<Figures::File> figures;                    ///< that callbacks have shown
  bool told_to_stop = false;                             ///< by a callback, after this epoch
  GradientHistory gradients;
  Timing timing;
};

}  // namespace fovea
