#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "graph/params.hpp"

namespace fovea {

/// Settings of the learning rate schedule: a warmup from a low rate, then a curve.
struct ScheduleParams {
  std::string type = "cosine_decay";
  Auto<std::int64_t> warmup_steps{};
  Auto<double> warmup_start_lr{};
  Auto<std::int64_t> decay_steps{};
  Auto<double> decay_rate{};
  bool staircase = false;
  double alpha = 1e-4;
  double power = 1;
  double t_mul = 2;
  double m_mul = 0.9;
  std::int64_t cycles = 3;
  std::int64_t plateau_patience = 10;
  double plateau_min_delta = 1e-4;

  static auto fields() {
    using P = ScheduleParams;
    return std::tuple{
        field("type", &P::type, "the curve after the warmup", types()),
        field("warmup_steps", &P::warmup_steps,
              "steps of rise to the peak; auto = 5 % of all steps, rounded down, and 30 % with one_cycle",
              at_least(0)),
        field("warmup_start_lr", &P::warmup_start_lr,
              "the rate of the first step of the warmup; auto = 1e-8, and a 25th of the peak with one_cycle",
              at_least(0)),
        field(
            "decay_steps", &P::decay_steps,
            "steps of the descent; auto = all after the warmup. For exponential_decay, steps in which the "
            "rate falls by decay_rate; auto = a tenth of the run. For step_decay, steps from fall to fall; "
            "auto = a third. For cosine_decay_restarts, those of the first period; auto = so that \"cycles\" "
            "periods fill the run. For warmup_stable_decay, the last steps of the run; auto = a fifth",
            at_least(1)),
        field("decay_rate", &P::decay_rate,
              "what the rate is multiplied by: exponential_decay (auto = 0.9), step_decay and "
              "reduce_on_plateau (auto = 0.1)",
              Range{0, 1, false, true}),
        field("staircase", &P::staircase, "exponential_decay: falls all at once every decay_steps"),
        field("alpha", &P::alpha, "the floor as a share of the peak", between(0, 1)),
        field("power", &P::power, "polynomial_decay: 1 is a straight line", above(0)),
        field("t_mul", &P::t_mul, "cosine_decay_restarts: how much longer each period is than the last",
              at_least(1)),
        field("m_mul", &P::m_mul, "cosine_decay_restarts: the peak of each period as a share of the last",
              above(0)),
        field("cycles", &P::cycles, "cosine_decay_restarts: periods in a run where decay_steps is auto",
              between(1, 1000)),
        field("plateau_patience", &P::plateau_patience,
              "reduce_on_plateau: epochs without a better one before the rate falls", at_least(1)),
        field("plateau_min_delta", &P::plateau_min_delta,
              "reduce_on_plateau: what an epoch must be better by to count", at_least(0))};
  }

  /// Returns the names of schedules, with those that were added to `Extensions`.
  static OneOf types();
  /// Returns the reason why a longer run has different rates from its first step on, with the setting that
  /// avoids it; "" where the rates do not depend on the length.
  std::string bound_to_length() const;
  /// Refuses settings that the type does not use. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
  /// Returns the factor of one reduction of the rate.
  double fall() const;
};

/// The learning rate as a pure function of the step.
class Schedule {
 public:
  /// The rate as a function of the number of steps since the end of the warmup, from 0.
  using Curve = std::function<double(std::int64_t)>;

  /// Makes the schedule of a run of `total_steps` steps whose highest rate is `peak`. Throws `Error` where
  /// the warmup is longer than the run, or where a setting is refused.
  Schedule(const ScheduleParams& params, double peak, std::int64_t total_steps);
  /// Makes a schedule of a given curve after a linear warmup of `warmup_steps` steps that begins at the rate
  /// `start`.
  Schedule(Curve curve, std::int64_t warmup_steps, double start, std::optional<double> floor = {});

  /// Returns the rate of a step, counted from 0, after `reductions` plateaus.
  double at(std::int64_t step, std::int64_t reductions = 0) const;
  std::int64_t warmup_steps() const { return warmup_steps_; }
  /// Returns the rate at the end of the curve: the peak where it never falls, nothing where it has no end.
  std::optional<double> floor() const { return floor_; }

 private:
  double planned(std::int64_t step) const;

  Curve curve_;
  std::int64_t warmup_steps_ = 0;
  double warmup_start_ = 0;
  bool cosine_warmup_ = false;  ///< whether the warmup is half a cosine in place of a straight line
  std::optional<double> floor_;
  double reduction_ = 1;
};

}  // namespace fovea
