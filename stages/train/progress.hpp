#pragma once

#include <chrono>

#include "graph/plan.hpp"
#include "runtime/context.hpp"
#include "stages/evaluate/tally.hpp"
#include "stages/model/model.hpp"
#include "stages/model/precision.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Measures seconds since its construction or its last `lap`.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  double lap() {
    const double passed = seconds();
    begin_ = Clock::now();
    return passed;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
};

/// The number of trained images and the time that they took.
struct Pace {
  std::int64_t images = 0;
  double seconds = 0;
  double images_per_second() const { return seconds > 0 ? static_cast<double>(images) / seconds : 0; }
};

/// Reports progress: a short text at most ten times a second, an event "step" for programs, and a line per
/// epoch.
class TrainProgress {
 public:
  TrainProgress(const Context& context, std::int64_t epochs, std::int64_t steps_per_epoch)
      : context_(context), epochs_(epochs), steps_per_epoch_(steps_per_epoch) {}

  /// Reports device, precision and the amount of work, before the first step.
  void begin(const ComputeDevice& device, Precision precision) const;
  /// Reports the checkpoint that training resumes from, as text and as a position.
  void resumed(const std::string& where, const Position& position) const;
  /// Reports a step of the running epoch, the last of `history`; `epoch` and `step` count from 0, and `tally`
  /// covers the epoch so far.
  void step(std::int64_t epoch, std::int64_t step, const History& history, const Tally& tally,
            const Pace& pace);
  /// Reports an epoch, the last of `history`, which took `seconds` with its validation.
  void epoch(const History& history, const Pace& pace, double seconds);
  /// Reports histograms of all weights after `epochs` epochs, for programs.
  void weights(std::int64_t epochs, const std::vector<NamedArray>& weights) const;
  /// Reports the most bytes that tensors took on the GPU.
  void memory(std::int64_t peak) const;
  /// Reports the share of each phase in the total time, the longest first.
  void end(const Timing& timing) const;

 private:
  void tell_step(std::int64_t epoch, std::int64_t step, const History& history,
                 double images_per_second) const;

  const Context& context_;
  std::int64_t epochs_;
  std::int64_t steps_per_epoch_;
  std::chrono::steady_clock::time_point next_report_{};
};

}  // namespace fovea
