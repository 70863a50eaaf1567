#pragma once

#include <cstdint>
#include <optional>

#include "stages/train/history.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// The best value so far, and for how many epochs there was none that is better by a margin.
struct Patience {
  std::optional<double> best;
  std::int64_t epochs = 0;
};

/// How the last epoch compares with those before it.
struct MonitorState {
  std::optional<double> best;   ///< the monitor's best value
  Patience stopping;            ///< of early stopping
  Patience plateau;             ///< of a schedule that falls on plateaus
  std::int64_t reductions = 0;  ///< of that schedule so far
};

/// Compares epochs by the metric that is monitored.
class BestTracker {
 public:
  explicit BestTracker(const MonitorParams& monitor) : monitor_(monitor) {}

  /// The monitor's value after the last epoch of `history`.
  double value(const History& history) const;
  /// Whether `value` is better than `old` by more than `margin`; anything is better than nothing or NaN.
  bool beats(double value, std::optional<double> old, double margin) const;
  /// Counts an epoch without a better one, or begins anew from one that is better.
  void count(Patience& wait, double value, double margin) const;

 private:
  MonitorParams monitor_;
};

}  // namespace fovea
