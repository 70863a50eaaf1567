#include "stages/learn/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace fovea {

namespace {

/// A peak, and how many steps there are to come down from it.
struct Descent {
  double peak = 0;
  std::int64_t steps = 1;
};

struct Shaped {
  Schedule::Curve curve;
  double floor = 0;
};

Shaped cosine_decay(const ScheduleParams& params, Descent descent) {
  const auto [peak, steps] = descent;
  const double alpha = params.alpha;
  const auto curve = [=](std::int64_t t) {
    const double done = static_cast<double>(std::min(t, steps)) / static_cast<double>(steps);
    return peak * ((1 - alpha) * (1 + std::cos(std::numbers::pi * done)) / 2 + alpha);
  };
  return {curve, peak * alpha};
}

Shaped constant(const ScheduleParams&, Descent descent) {
  return {[peak = descent.peak](std::int64_t) { return peak; }, descent.peak};
}

/// One value of "type": how its curve is made, and which of the settings that shape curves it honours.
struct Type {
  std::string name;
  Shaped (*make)(const ScheduleParams&, Descent);
  std::vector<std::string> honours;
};

const std::vector<Type>& types() {
  static const std::vector<Type> all{{"cosine_decay", cosine_decay, {"decay_steps", "alpha"}},
                                     {"constant", constant, {}}};
  return all;
}

const Type& find_type(const std::string& name) {
  const auto found =
      std::find_if(types().begin(), types().end(), [&](const Type& one) { return one.name == name; });
  assert(found != types().end());
  return *found;
}

bool shapes_warmup(std::string_view setting) {
  return setting == "type" || setting == "warmup_steps" || setting == "warmup_start_lr";
}

/// The warmup of a run: 5 % of its steps where nothing else is said.
std::int64_t warmup_of(const ScheduleParams& params, std::int64_t total_steps) {
  const auto steps = params.warmup_steps.or_else(total_steps / 20);
  if (steps <= total_steps) return steps;
  throw Error("schedule.warmup_steps: a warmup of " + std::to_string(steps) +
              " steps is longer than the whole run of " + std::to_string(total_steps) + "; give at most " +
              std::to_string(total_steps) + ", or \"auto\"");
}

}  // namespace

void ScheduleParams::check(const std::string& place) const {
  const auto& honours = find_type(type).honours;
  const auto given = write_params(*this);
  const auto standard = write_params(ScheduleParams{});
  for (const auto& setting : given.items()) {
    const auto& name = setting.key();
    if (shapes_warmup(name) || std::find(honours.begin(), honours.end(), name) != honours.end()) continue;
    if (setting.value() == standard[name]) continue;
    throw Error(place + "." + name + ": a schedule of type " + quote(type) + " has no use for " +
                shown(setting.value()) + "; leave " + quote(name) + " out");
  }
}

std::string ScheduleParams::bound_to_length() const {
  const auto& honours = find_type(type).honours;
  const bool decays = std::find(honours.begin(), honours.end(), "decay_steps") != honours.end();
  if (decays && !decay_steps.value) {
    return quote(type) + " comes down over the whole run; give \"schedule.decay_steps\" to go on instead";
  }
  if (warmup_steps.value) return "";
  return "an automatic warmup is a share of the run; give \"schedule.warmup_steps\" to go on instead";
}

Schedule::Schedule(const ScheduleParams& params, double peak, std::int64_t total_steps)
    : warmup_steps_(warmup_of(params, total_steps)), start_(params.warmup_start_lr) {
  params.check("schedule");
  const auto rest = std::max<std::int64_t>(1, total_steps - warmup_steps_);
  auto shaped = find_type(params.type).make(params, {peak, params.decay_steps.or_else(rest)});
  curve_ = std::move(shaped.curve);
  floor_ = shaped.floor;
}

Schedule::Schedule(Curve curve, std::int64_t warmup_steps, double start, double floor)
    : curve_(std::move(curve)), warmup_steps_(warmup_steps), start_(start), floor_(floor) {}

double Schedule::at(std::int64_t step) const {
  if (step >= warmup_steps_) return curve_(step - warmup_steps_);
  const double share = static_cast<double>(step) / static_cast<double>(warmup_steps_);
  return start_ + (curve_(0) - start_) * share;
}

}  // namespace fovea
