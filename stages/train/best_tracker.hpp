#pragma once

#include <cstdint>
#include <optional>

#include "stages/train/history.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// The best value so far and the number of epochs since then without an improvement by the margin.
struct Patience {
  std::optional<double> best;
  std::int64_t epochs = 0;
};

/// The state of the monitored metric over the epochs so far.
struct MonitorState {
  std::optional<double> best;   ///< the monitor's best value
  Patience stopping;            ///< of early stopping
  Patience plateau;             ///< of the schedule "reduce_on_plateau"
  std::int64_t reductions = 0;  ///< reductions of the learning rate so far, by that schedule
};

/// Compares epochs by the monitored metric.
class BestTracker {
 public:
  explicit BestTracker(const MonitorParams& monitor) : monitor_(monitor) {}

  /// Returns the monitored metric after the last epoch of `history`.
  double value(const History& history) const;
  /// Returns whether `value` is better than `old` by more than `margin`; any value is better than none or
  /// NaN.
  bool beats(double value, std::optional<double> old, double margin) const;
  /// Counts an epoch without an improvement, or restarts the count from an improvement.
  void count(Patience& wait, double value, double margin) const;

 private:
  MonitorParams monitor_;
};

}  // namespace fovea
