#include "stages/model/own_modules.hpp"

#include <algorithm>

#include "runtime/library.hpp"
#include "stages/model/architectures/architectures.hpp"

namespace fovea {

OwnModules& OwnModules::all() {
  static OwnModules all;
  return all;
}

void OwnModules::add(OwnNetwork network) {
  if (OneOf{with_ready()}.broken_by(network.name).empty())
    throw Error("architecture " + quote(network.name) + ": there is one already; choose another name");
  added_.push_back({std::make_unique<const OwnNetwork>(std::move(network)), code_being_added()});
}

const OwnNetwork* OwnModules::find(const std::string& name) const {
  const auto found =
      std::ranges::find_if(added_, [&](const Added& one) { return one.network->name == name; });
  return found == added_.end() ? nullptr : found->network.get();
}

const OwnNetwork& OwnModules::get(const OwnModule& layer) const {
  const auto* found = find(layer.module);
  if (found != nullptr) return *found;
  throw Error(
      "the network is the module " + quote(layer.module) + " with " + shown(layer.settings) +
      ", which this program lacks; name the plugin that has it with --plugin, or call add_module<...>(" +
      quote(layer.module) + ", ...) in a program of your own");
}

std::vector<std::string> OwnModules::with_ready() const {
  auto names = architecture_names();
  for (const auto& one : added_) names.push_back(one.network->name);
  return names;
}

Json OwnModules::code_of(const std::string& name) const {
  for (const auto& one : added_) {
    if (one.network->name == name) return one.code;
  }
  return Json::object();
}

Json OwnModules::code() const {
  Json all = Json::object();
  for (const auto& one : added_) all.update(one.code);
  return all;
}

const OwnModule* own_module_of(const Specification& specification) {
  return specification.layers.size() == 1 ? std::get_if<OwnModule>(&specification.layers[0].kind) : nullptr;
}

void refuse(const OwnModule& module, const std::string& what, const std::string& advice) {
  throw Error(what + ", and nothing is known of what the module " + quote(module.module) + " computes; " +
              advice);
}

void expect_layers(const Specification& specification, const std::string& what, const std::string& advice) {
  if (const auto* own = own_module_of(specification)) refuse(*own, what, advice);
}

}  // namespace fovea
