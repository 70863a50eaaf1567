#pragma once

#include <future>

#include "runtime/context.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws the curves of training that still runs, on a thread of its own. What goes wrong with that is a
/// warning, and training goes on.
class LiveFigures {
 public:
  /// Into `context.live`, which is made when it is needed.
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
