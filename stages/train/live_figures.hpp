#pragma once

#include <future>

#include "runtime/context.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws the curves during training, on a thread of its own. A failed drawing gives a warning, and training
/// continues.
class LiveFigures {
 public:
  /// Draws into the folder `context.live`, which is created at the first drawing.
  explicit LiveFigures(const Context& context) : context_(context) {}

  /// Draws `training_curves.png` and `lr_schedule.png` from a copy of the history and returns at once; does
  /// nothing while an earlier drawing is not finished.
  void draw(const History& history);
  /// Waits for the last drawing.
  void wait();

 private:
  const Context& context_;
  std::future<void> drawing_;
};

}  // namespace fovea
