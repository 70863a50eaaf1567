#include "stages/train/best_tracker.hpp"

#include <cmath>

namespace fovea {

double BestTracker::value(const History& history) const {
  const auto& metric = monitor_.metric;
  const auto& part = metric.starts_with("val_") ? history.validation : history.train;
  if (metric.ends_with("accuracy")) return part.accuracy.back();
  return metric.ends_with("top_5") ? part.top_5.back() : part.loss.back();
}

bool BestTracker::beats(double value, std::optional<double> old, double margin) const {
  if (!old) return true;
  if (std::isnan(*old)) return !std::isnan(value);
  return (monitor_.more_is_better() ? value - *old : *old - value) > margin;
}

void BestTracker::count(Patience& wait, double value, double margin) const {
  if (beats(value, wait.best, margin)) {
    wait = {value, 0};
  } else {
    ++wait.epochs;
  }
}

}  // namespace fovea
