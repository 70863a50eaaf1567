#include "stages/train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stages/train/extensions.hpp"

namespace fovea {
namespace {

bool is_for_all(std::string_view setting) {
  return setting == "type" || setting == "warmup_steps" || setting == "warmup_start_lr";
}

bool honours(const CurveType& type, const std::string& setting) {
  return type.honours_all ||
         std::find(type.honours.begin(), type.honours.end(), setting) != type.honours.end();
}

std::int64_t automatic_warmup(const ScheduleParams& params, std::int64_t total_steps) {
  return params.type == "one_cycle" ? total_steps * 3 / 10 : total_steps / 20;
}

std::int64_t warmup_of(const ScheduleParams& params, std::int64_t total_steps) {
  const auto steps = params.warmup_steps.or_else(automatic_warmup(params, total_steps));
  if (steps <= total_steps) return steps;
  throw Error("schedule.warmup_steps: a warmup of " + std::to_string(steps) +
              " steps is longer than the whole run of " + std::to_string(total_steps) + "; give at most " +
              std::to_string(total_steps) + ", or \"auto\"");
}

}  // namespace

OneOf ScheduleParams::types() {
  return Extensions::of_training().schedule_types(
      {"cosine_decay", "exponential_decay", "cosine_decay_restarts", "constant", "polynomial_decay",
       "step_decay", "one_cycle", "warmup_stable_decay", "reduce_on_plateau"});
}

double ScheduleParams::fall() const {
  return decay_rate.or_else(type == "exponential_decay" ? 0.9 : 0.1);
}

void ScheduleParams::check(const std::string& place) const {
  const auto curve = curve_type(type);
  const auto given = write_params(*this);
  const auto standard = write_params(ScheduleParams{});
  for (const auto& setting : given.items()) {
    const auto& name = setting.key();
    if (is_for_all(name) || honours(curve, name) || setting.value() == standard[name]) continue;
    throw Error(place + "." + name + ": a schedule of type " + quote(type) + " has no use for " +
                shown(setting.value()) + "; leave " + quote(name) + " out");
  }
  if (type == "cosine_decay_restarts" && decay_steps.value && cycles != ScheduleParams{}.cycles) {
    throw Error(place +
                ".cycles: with \"decay_steps\" given, the number of periods follows from it; leave "
                "one of the two out");
  }
}

std::string ScheduleParams::bound_to_length() const {
  const auto curve = curve_type(type);
  if (curve.depends_on_length(*this)) {
    if (type == "warmup_stable_decay") return quote(type) + " comes down at the end of the run";
    if (curve.length == RunLength::decides) return quote(type) + " may depend on how long the run is";
    return quote(type) + " comes down over the whole run; give \"schedule.decay_steps\" to go on instead";
  }
  if (warmup_steps.value) return "";
  return "an automatic warmup is a share of the run; give \"schedule.warmup_steps\" to go on instead";
}

Schedule::Schedule(const ScheduleParams& params, double peak, std::int64_t total_steps)
    : warmup_steps_(warmup_of(params, total_steps)), cosine_warmup_(params.type == "one_cycle") {
  params.check("schedule");
  warmup_start_ = params.warmup_start_lr.or_else(cosine_warmup_ ? peak / 25 : 1e-8);
  const auto type = curve_type(params.type);
  CurveRoom room{.peak = peak};
  if (type.depends_on_length(params)) room = {peak, total_steps - warmup_steps_, total_steps};
  auto shaped = type.make(params, room);
  curve_ = std::move(shaped.curve);
  floor_ = shaped.floor;
  if (params.type == "reduce_on_plateau") reduction_ = params.fall();
}

Schedule::Schedule(Curve curve, std::int64_t warmup_steps, double start, std::optional<double> floor)
    : curve_(std::move(curve)), warmup_steps_(warmup_steps), warmup_start_(start), floor_(floor) {}

double Schedule::planned(std::int64_t step) const {
  if (step >= warmup_steps_) return curve_(step - warmup_steps_);
  const double share = static_cast<double>(step) / static_cast<double>(warmup_steps_);
  const double risen = cosine_warmup_ ? (1 - std::cos(std::numbers::pi * share)) / 2 : share;
  return warmup_start_ + (curve_(0) - warmup_start_) * risen;
}

double Schedule::at(std::int64_t step, std::int64_t reductions) const {
  const double rate = planned(step);
  if (reductions == 0) return rate;
  return std::max(std::min(rate, floor_.value_or(0)),
                  rate * std::pow(reduction_, static_cast<double>(reductions)));
}

}  // namespace fovea
