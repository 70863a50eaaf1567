#pragma once

#include <filesystem>
#include <future>

#include "stages/learn/history.hpp"

namespace fovea {

/// Draws the curves of training that still runs, on a thread of its own.
class LiveFigures {
 public:
  /// Into a folder, which is made when it is needed; "" = nowhere.
  explicit LiveFigures(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Draws `training_curves.png` and `lr_schedule.png` from a copy of the history and returns at once; does
  /// nothing while an earlier drawing is not finished.
  void draw(const History& history);
  /// Waits for the last drawing. Throws `Error` where a file could not be written.
  void wait();

 private:
  std::filesystem::path folder_;
  std::future<void> drawing_;
};

}  // namespace fovea
