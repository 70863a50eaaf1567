#include "stages/train/train_params.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "stages/train/extensions.hpp"
#include "stages/train/find_learning_rate.hpp"
#include "stages/train/train.hpp"

namespace fovea {
namespace {

/// The types that use a setting; all types use a setting that is not listed.
using Users = std::map<std::string_view, std::vector<std::string_view>>;

const Users& optimizer_users() {
  static const Users users{{"beta_1", {"adamw", "adam", "lion", "lamb", "muon"}},
                           {"beta_2", {"adamw", "adam", "lion", "lamb", "muon"}},
                           {"epsilon", {"adamw", "adam", "rmsprop", "adadelta", "adagrad", "lamb", "muon"}},
                           {"momentum", {"sgd", "rmsprop", "muon"}},
                           {"nesterov", {"sgd", "muon"}},
                           {"rho", {"rmsprop", "adadelta"}},
                           {"centered", {"rmsprop"}},
                           {"amsgrad", {"adamw", "adam"}}};
  return users;
}

/// Refuses settings that `params.type` does not use and that differ from their defaults.
template <class Params> void expect_used(const Params& params, const Users& all_users,
                                         const std::string& what, const std::string& place) {
  const Params standard;
  for_each_field<Params>([&](const auto& each) {
    const auto found = all_users.find(each.name);
    if (found == all_users.end() || params.*each.member == standard.*each.member) return;
    const auto& users = found->second;
    if (std::find(users.begin(), users.end(), params.type) != users.end()) return;
    const auto given = write_params(params)[std::string(each.name)];
    throw Error(place + "." + std::string(each.name) + ": " + what + " of type " + quote(params.type) +
                " has no use for " + shown(given) + "; leave " + quote(std::string(each.name)) + " out");
  });
}

}  // namespace

double OptimizerParams::kept_from_zero() const {
  return epsilon.or_else(type == "adadelta" || type == "lamb" ? 1e-6 : type == "adagrad" ? 1e-10 : 1e-8);
}

double OptimizerParams::moved_on() const {
  return momentum.or_else(type == "rmsprop" ? 0 : type == "muon" ? 0.95 : 0.9);
}

OneOf OptimizerParams::types() {
  return Extensions::of_training().optimizer_types(
      {"adamw", "adam", "sgd", "rmsprop", "adadelta", "adagrad", "lion", "lamb", "muon"});
}

OneOf LossParams::types() {
  return Extensions::of_training().loss_types({"cross_entropy", "focal", "bce"});
}

void OptimizerParams::check(const std::string& place) const {
  if (Extensions::of_training().optimizer(type) != nullptr) return;
  expect_used(*this, optimizer_users(), "an optimizer", place);
}

void LossParams::check(const std::string& place) const {
  if (Extensions::of_training().loss(type) != nullptr) return;
  expect_used(*this, {{"gamma", {"focal"}}}, "a loss", place);
}

std::string LossParams::in_words() const {
  if (Extensions::of_training().loss(type) != nullptr) return type;
  std::vector<std::string> with;
  if (type == "focal") with.push_back("gamma " + shown(Json(gamma)));
  if (label_smoothing > 0) with.push_back("label smoothing " + shown(Json(label_smoothing)));
  if (class_weights.rule != "none") with.push_back("class weights");
  const std::string name = type == "focal" ? "focal loss"
                           : type == "bce" ? "binary cross-entropy"
                                           : "cross-entropy";
  return name + (with.empty() ? "" : " with " + join(with, ", ")) + (type == "focal" ? "" : ", nats");
}

void ClassWeights::expect_fits(std::size_t classes) const {
  if (!rule.empty() || values.size() == classes) return;
  throw Error("loss.class_weights: has " + std::to_string(values.size()) + " weights, but there are " +
              std::to_string(classes) + " classes; give one for each, in the order of the classes");
}

ClassWeights Conversion<ClassWeights>::read(const Json& json, const std::string& place) {
  if (json == "none" || json == "balanced") return {json.get<std::string>()};
  if (!json.is_array()) detail::wrong_kind(place, kind, json);
  ClassWeights weights{"", Conversion<std::vector<double>>::read(json, place)};
  for (std::size_t i = 0; i < weights.values.size(); ++i) {
    if (weights.values[i] > 0 && std::isnormal(static_cast<float>(weights.values[i]))) continue;
    throw Error(place + "[" + std::to_string(i) + "]: " + shown(json[i]) +
                " is not allowed; it must be above 0" +
                (weights.values[i] > 0 ? ", from 1.2e-38 to 3.4e38" : ""));
  }
  return weights;
}

Json Conversion<ClassWeights>::write(const ClassWeights& weights, Keep keep) {
  if (!weights.rule.empty()) return weights.rule;
  return Conversion<std::vector<double>>::write(weights.values, keep);
}

Json Conversion<ClassWeights>::schema() {
  return {
      {"anyOf", {{{"enum", {"none", "balanced"}}}, {{"type", "array"}, {"items", {{"type", "number"}}}}}}};
}

void FreezeParams::check(const std::string& place) const {
  if (layers.empty() && ends_after() > 0)
    throw Error(place + ".epochs: has no use without \"layers\"; say what does not learn, or leave it out");
  if (rate_after != 1 && (layers.empty() || ends_after() == 0))
    throw Error(place +
                ".rate_after: has no use without \"layers\" and \"epochs\"; give both, or leave it out");
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
  loss.check(place + ".loss");
  monitor.check(place + ".monitor");
  freeze.check(place + ".freeze");
}

void FindLearningRate::Params::check(const std::string& place) const {
  optimizer.check(place + ".optimizer");
  loss.check(place + ".loss");
  if (from < to) return;
  throw Error(place + ".to: " + shown(to) + " is not above \"from\", which is " + shown(from) +
              "; give a higher rate");
}

Horizon Train::horizon(const Params& params) {
  auto bound = params.schedule.bound_to_length();
  for (const auto& name : params.callbacks) {
    const auto* callback = Extensions::of_training().callback(name);
    if (bound.empty() && callback != nullptr && callback->length != RunLength::ignored)
      bound = "callback " + quote(name) + " may depend on how long the run is";
  }
  return {"epochs", "epoch", params.epochs, bound};
}

}  // namespace fovea
