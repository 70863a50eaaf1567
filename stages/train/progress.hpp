#pragma once

#include <chrono>

#include "graph/plan.hpp"
#include "runtime/context.hpp"
#include "stages/evaluate/tally.hpp"
#include "stages/model/model.hpp"
#include "stages/model/precision.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Seconds since it was made, or since its last `lap`.
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

/// Images that were trained on, and the time that it took.
struct Pace {
  std::int64_t images = 0;
  double seconds = 0;
  double images_per_second() const { return seconds > 0 ? static_cast<double>(images) / seconds : 0; }
};

/// Tells people how training goes: a few words at most ten times a second, with an event "step" for programs,
/// and a line an epoch.
class TrainProgress {
 public:
  TrainProgress(const Context& context, std::int64_t epochs, std::int64_t steps_per_epoch)
      : context_(context), epochs_(epochs), steps_per_epoch_(steps_per_epoch) {}

  /// Before anything: what is computed where, and how much of it.
  void begin(const ComputeDevice& device, Precision precision) const;
  /// Where saved progress is taken up again, in words and as a position.
  void resumed(const std::string& where, const Position& position) const;
  /// After a step of the running epoch, both counted from 0, the last of `history`; `tally` is of the epoch
  /// so far.
  void step(std::int64_t epoch, std::int64_t step, const History& history, const Tally& tally,
            const Pace& pace);
  /// After an epoch, the last of `history`, which took `seconds` with its validation.
  void epoch(const History& history, const Pace& pace, double seconds);
  /// After so many epochs: how the numbers of each weight are spread, for programs.
  void weights(std::int64_t epochs, const std::vector<NamedArray>& weights) const;
  /// In the end: what the time was spent on, the longest part first.
  void end(const Timing& timing) const;

 private:
  void tell_step(std::int64_t epoch, std::int64_t step, const History& history,
                 double images_per_second) const;

  const Context& context_;
  std::int64_t epochs_;
  std::int64_t steps_per_epoch_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace fovea
