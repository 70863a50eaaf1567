#include "stages/train/schedule_curves.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "stages/train/extensions.hpp"

namespace fovea {
namespace {

/// Returns the steps of the descent: the given ones, or all after the warmup; at least one.
std::int64_t descent(const ScheduleParams& params, CurveRoom room) {
  return std::max<std::int64_t>(1, params.decay_steps.or_else(room.steps));
}

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Half a cosine, from 1 at 0 to 0 at 1.
double half_cosine(double done) {
  return (1 + std::cos(std::numbers::pi * done)) / 2;
}

/// Returns the curve from the peak to the floor along `shape`, which falls from 1 to 0 over the arguments 0
/// to 1.
template <class Shape>
ShapedCurve from_peak_to_floor(double peak, double alpha, std::int64_t steps, Shape shape) {
  const auto curve = [=](std::int64_t t) {
    return peak * ((1 - alpha) * shape(ratio(std::min(t, steps), steps)) + alpha);
  };
  return {curve, peak * alpha};
}

/// Cosine decay without restarts (Loshchilov and Hutter, 2017).
ShapedCurve cosine_decay(const ScheduleParams& params, CurveRoom room) {
  return from_peak_to_floor(room.peak, params.alpha, descent(params, room), half_cosine);
}

ShapedCurve polynomial_decay(const ScheduleParams& params, CurveRoom room) {
  const auto shape = [power = params.power](double done) { return std::pow(1 - done, power); };
  return from_peak_to_floor(room.peak, params.alpha, descent(params, room), shape);
}

ShapedCurve constant(const ScheduleParams&, CurveRoom room) {
  return {[peak = room.peak](std::int64_t) { return peak; }, room.peak};
}

ShapedCurve reduce_on_plateau(const ScheduleParams& params, CurveRoom room) {
  return {constant(params, room).curve, room.peak * params.alpha};
}

ShapedCurve falling(double peak, double rate, std::int64_t steps, bool staircase) {
  const auto curve = [=](std::int64_t t) {
    const double falls = ratio(t, steps);
    return peak * std::pow(rate, staircase ? std::floor(falls) : falls);
  };
  return {curve, {}};
}

ShapedCurve exponential_decay(const ScheduleParams& params, CurveRoom room) {
  const auto steps = params.decay_steps.or_else(std::max<std::int64_t>(1, room.total / 10));
  return falling(room.peak, params.fall(), steps, params.staircase);
}

ShapedCurve step_decay(const ScheduleParams& params, CurveRoom room) {
  const auto steps = params.decay_steps.or_else(std::max<std::int64_t>(1, room.total / 3));
  return falling(room.peak, params.fall(), steps, true);
}

/// Constant at the peak, then linear over the last steps of the run (Hu et al., 2024).
ShapedCurve warmup_stable_decay(const ScheduleParams& params, CurveRoom room) {
  const auto steps = std::clamp<std::int64_t>(params.decay_steps.or_else(room.total / 5), 1,
                                              std::max<std::int64_t>(1, room.steps));
  const auto flat = room.steps - steps;
  const auto down = from_peak_to_floor(room.peak, params.alpha, steps, [](double done) { return 1 - done; });
  return {[=](std::int64_t t) { return down.curve(std::max<std::int64_t>(0, t - flat)); }, down.floor};
}

/// Periods of whole steps, each `longer` times as long as the one before.
struct Periods {
  std::int64_t first = 1;
  double longer = 1;

  /// Returns the length of a period in steps; a length beyond the integer range becomes one that no run
  /// reaches.
  std::int64_t length(std::int64_t number) const {
    constexpr double endless = 0x1p62;
    if (number == 0) return first;
    const double steps = static_cast<double>(first) * std::pow(longer, static_cast<double>(number));
    return std::llround(std::min(steps, endless));
  }
  bool cover(std::int64_t steps, std::int64_t count) const {
    for (std::int64_t i = 0; i < count && steps > 0; ++i) steps -= std::min(steps, length(i));
    return steps == 0;
  }
};

/// Returns the shortest periods of which `count` cover the steps.
Periods covering(std::int64_t steps, std::int64_t count, double longer) {
  double shares = 0;
  for (std::int64_t i = 0; i < count; ++i) shares += std::pow(longer, static_cast<double>(i));
  Periods periods{std::max<std::int64_t>(1, std::llround(static_cast<double>(steps) / shares)), longer};
  while (!periods.cover(steps, count)) ++periods.first;
  return periods;
}

/// Cosine decay with restarts (Loshchilov and Hutter, 2017), with peaks that fall by `m_mul` from period to
/// period.
ShapedCurve cosine_decay_restarts(const ScheduleParams& params, CurveRoom room) {
  const auto periods = params.decay_steps.value ? Periods{*params.decay_steps.value, params.t_mul}
                                                : covering(room.steps, params.cycles, params.t_mul);
  const auto curve = [=, peak = room.peak, alpha = params.alpha, m_mul = params.m_mul](std::int64_t t) {
    std::int64_t number = 0;
    if (periods.longer == 1) {
      number = t / periods.first;
      t %= periods.first;
    } else {
      while (t >= periods.length(number)) t -= periods.length(number++);
    }
    constexpr double most = std::numeric_limits<double>::max();
    const double height = (1 - alpha) * std::min(most, std::pow(m_mul, static_cast<double>(number)));
    return peak * (height * half_cosine(ratio(t, periods.length(number))) + alpha);
  };
  return {curve, room.peak * params.alpha};
}

const std::vector<CurveType>& types() {
  static const std::vector<CurveType> all{
      {"cosine_decay", cosine_decay, {"decay_steps", "alpha"}},
      {"exponential_decay", exponential_decay, {"decay_steps", "decay_rate", "staircase"}},
      {"cosine_decay_restarts", cosine_decay_restarts, {"decay_steps", "alpha", "t_mul", "m_mul", "cycles"}},
      {"constant", constant, {}, RunLength::ignored},
      {"polynomial_decay", polynomial_decay, {"decay_steps", "alpha", "power"}},
      {"step_decay", step_decay, {"decay_steps", "decay_rate"}},
      {"one_cycle", cosine_decay, {"decay_steps", "alpha"}},
      {"warmup_stable_decay", warmup_stable_decay, {"decay_steps", "alpha"}, RunLength::decides},
      {"reduce_on_plateau",
       reduce_on_plateau,
       {"decay_rate", "alpha", "plateau_patience", "plateau_min_delta"},
       RunLength::ignored}};
  return all;
}

}  // namespace

CurveType curve_type(const std::string& name) {
  if (const auto* own = Extensions::of_training().schedule(name))
    return {name, own->make, {}, own->length, true};
  const auto found =
      std::find_if(types().begin(), types().end(), [&](const CurveType& one) { return one.name == name; });
  assert(found != types().end());
  return *found;
}

}  // namespace fovea
