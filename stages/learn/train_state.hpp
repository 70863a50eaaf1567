#pragma once

#include <optional>

#include "stages/learn/history.hpp"
#include "stages/learn/optimizer.hpp"
#include "stages/learn/tally.hpp"
#include "stages/model/network.hpp"

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
  std::optional<double> best;      ///< the monitor's best value
  Weights best_weights;
  std::optional<double> patience_best;  ///< the value that early stopping compares with
  std::int64_t waited = 0;              ///< epochs since then
  History history;
  Timing timing;
};

}  // namespace fovea
