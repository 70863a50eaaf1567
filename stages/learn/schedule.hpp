#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "graph/params.hpp"

namespace fovea {

/// How the learning rate goes from step to step: up in a straight line first, then along a curve.
struct ScheduleParams {
  std::string type = "cosine_decay";
  Auto<std::int64_t> warmup_steps{};
  double warmup_start_lr = 1e-8;
  Auto<std::int64_t> decay_steps{};
  double alpha = 1e-4;

  static auto fields() {
    using P = ScheduleParams;
    return std::tuple{
        field("type", &P::type, "the curve after the warmup", one_of({"cosine_decay", "constant"})),
        field("warmup_steps", &P::warmup_steps,
              "steps of linear rise to the peak; auto = 5 % of all steps, rounded down", at_least(0)),
        field("warmup_start_lr", &P::warmup_start_lr, "the rate of the first step of the warmup",
              at_least(0)),
        field("decay_steps", &P::decay_steps,
              "steps from the peak to the floor; auto = all steps after the warmup", at_least(1)),
        field("alpha", &P::alpha, "the floor as a share of the peak", between(0, 1))};
  }

  /// Why a longer run has other rates from its first step on, with what to set against it; "" where it has
  /// not.
  std::string bound_to_length() const;
  /// Refuses a setting that the type has no use for. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
};

/// The learning rate as a pure function of the step.
class Schedule {
 public:
  /// A rate by the number of steps since the end of the warmup, from 0.
  using Curve = std::function<double(std::int64_t)>;

  /// The schedule of a run of `total_steps` steps whose highest rate is `peak`. Throws `Error` where the
  /// warmup is longer than the run, or where a setting is refused.
  Schedule(const ScheduleParams& params, double peak, std::int64_t total_steps);
  /// A curve of one's own after a warmup of so many steps that begins at the rate `start`.
  Schedule(Curve curve, std::int64_t warmup_steps, double start, double floor);

  /// The rate of a step, counted from 0; past the end of the decay it stays at the floor.
  double at(std::int64_t step) const;
  std::int64_t warmup_steps() const { return warmup_steps_; }
  /// What the curve comes down to; the peak itself where it never comes down.
  double floor() const { return floor_; }

 private:
  Curve curve_;
  std::int64_t warmup_steps_ = 0;
  double start_ = 0;
  double floor_ = 0;
};

}  // namespace fovea
