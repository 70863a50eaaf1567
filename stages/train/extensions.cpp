#include "stages/train/extensions.hpp"

#include <algorithm>

#include "runtime/library.hpp"
#include "stages/train/train.hpp"

namespace fovea {
namespace {

template <class Named> auto* found(const Named& all, const std::string& name) {
  const auto one = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == name; });
  return one == all.end() ? nullptr : one->second.get();
}

template <class Named> std::vector<std::string> with_names(std::vector<std::string> names, const Named& all) {
  for (const auto& each : all) names.push_back(each.first);
  return names;
}

template <class Named, class Make>
void add(Named& all, const std::string& what, const std::string& name, Make make, const OneOf& taken) {
  if (taken.broken_by(name).empty())
    throw Error(what + " " + quote(name) + ": there is one already; choose another name");
  all.emplace_back(name, std::make_unique<const Make>(std::move(make)));
}

/// Returns the names that a field of a settings struct accepts now.
template <class Params> OneOf types_of() {
  OneOf types;
  for_each_field<Params>([&](const auto& each) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(each.rule)>, OneOf>) {
      if (each.name == "type") types = each.rule;
    }
  });
  return types;
}

}  // namespace

Extensions& Extensions::of_training() {
  static Extensions all;
  return all;
}

void Extensions::add_schedule(const std::string& name, MakeCurve make, RunLength length) {
  add(schedules_, "schedule", name, OwnSchedule{std::move(make), length}, types_of<ScheduleParams>());
  plugin_digests_["schedule " + name] = code_being_added();
}
void Extensions::add_loss(const std::string& name, MakeLoss make) {
  add(losses_, "loss", name, std::move(make), types_of<LossParams>());
  plugin_digests_["loss " + name] = code_being_added();
}
void Extensions::add_optimizer(const std::string& name, MakeOptimizer make) {
  add(optimizers_, "optimizer", name, std::move(make), types_of<OptimizerParams>());
  plugin_digests_["optimizer " + name] = code_being_added();
}
void Extensions::add_callback(const std::string& name, MakeCallback make, RunLength length) {
  add(callbacks_, "callback", name, OwnCallback{std::move(make), length}, OneOf{callback_names()});
  plugin_digests_["callback " + name] = code_being_added();
}

const Extensions::OwnSchedule* Extensions::schedule(const std::string& name) const {
  return found(schedules_, name);
}
const Extensions::MakeLoss* Extensions::loss(const std::string& name) const {
  return found(losses_, name);
}
const Extensions::MakeOptimizer* Extensions::optimizer(const std::string& name) const {
  return found(optimizers_, name);
}
const Extensions::OwnCallback* Extensions::callback(const std::string& name) const {
  return found(callbacks_, name);
}

Json Extensions::code_of(const std::vector<std::string>& what) const {
  Json all = Json::object();
  for (const auto& one : what) {
    const auto found = plugin_digests_.find(one);
    if (found != plugin_digests_.end()) all.update(found->second);
  }
  return all;
}

OneOf Extensions::schedule_types(std::vector<std::string> ready) const {
  return {with_names(std::move(ready), schedules_)};
}
OneOf Extensions::loss_types(std::vector<std::string> ready) const {
  return {with_names(std::move(ready), losses_)};
}
OneOf Extensions::optimizer_types(std::vector<std::string> ready) const {
  return {with_names(std::move(ready), optimizers_)};
}
std::vector<std::string> Extensions::callback_names() const {
  return with_names({}, callbacks_);
}

std::string KnownCallbacks::broken_by(const std::vector<std::string>& names) const {
  const auto& all = Extensions::of_training();
  const auto unknown = [&](const std::string& name) { return all.callback(name) == nullptr; };
  return std::any_of(names.begin(), names.end(), unknown) ? text() : "";
}

std::string KnownCallbacks::text() const {
  const auto names = Extensions::of_training().callback_names();
  if (names.empty()) return "empty, as this program brings no callbacks along";
  std::vector<std::string> quoted;
  for (const auto& name : names) quoted.push_back(quote(name));
  return "a list of " + join(quoted, ", ");
}

}  // namespace fovea
