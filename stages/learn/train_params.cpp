#include "stages/learn/train_params.hpp"

#include <algorithm>
#include <vector>

#include "stages/learn/train.hpp"

namespace fovea {
namespace {

/// Which optimizers have a use for a setting; a setting that is not listed is for all.
std::vector<std::string> users_of(std::string_view setting) {
  if (setting == "beta_1" || setting == "beta_2" || setting == "epsilon") return {"adamw"};
  if (setting == "momentum" || setting == "nesterov") return {"sgd"};
  return {};
}

}  // namespace

void OptimizerParams::check(const std::string& place) const {
  const OptimizerParams standard;
  for_each_field<OptimizerParams>([&](const auto& each) {
    const auto users = users_of(each.name);
    const bool used = users.empty() || std::find(users.begin(), users.end(), type) != users.end();
    if (used || this->*each.member == standard.*each.member) return;
    throw Error(place + "." + std::string(each.name) + ": an optimizer of type " + quote(type) +
                " has no use for " + shown(Json(this->*each.member)) + "; leave " + quote(each.name) +
                " out");
  });
}

void MonitorParams::check(const std::string& place) const {
  const std::string right = more_is_better() ? "max" : "min";
  if (mode == "auto" || mode == right) return;
  throw Error(place + ".mode: " + quote(mode) + " contradicts " + quote(metric) + ", of which " +
              (more_is_better() ? "more" : "less") + " is better; set it to " + quote(right) +
              " or \"auto\"");
}

void Train::Params::check(const std::string& place) const {
  schedule.check(place + ".schedule");
  optimizer.check(place + ".optimizer");
  monitor.check(place + ".monitor");
}

Horizon Train::horizon(const Params& params) {
  return {"epochs", "epoch", params.epochs, params.schedule.bound_to_length()};
}

}  // namespace fovea
