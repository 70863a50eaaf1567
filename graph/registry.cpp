#include "graph/registry.hpp"

namespace fovea {

void Registry::add(StageInfo info) {
  const auto found = stages_.find(info.name);
  if (found == stages_.end()) {
    const auto name = info.name;
    stages_.emplace(name, std::move(info));
    return;
  }
  if (found->second.run != nullptr || info.run == nullptr) {
    throw Error("stage " + quote(info.name) + " is there already; give one of the two another name");
  }
  found->second.run = info.run;
  found->second.code.update(info.code);
}

const StageInfo* Registry::find(const std::string& name) const {
  const auto found = stages_.find(name);
  return found == stages_.end() ? nullptr : &found->second;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> all;
  for (const auto& [name, info] : stages_) all.push_back(name);
  return all;
}

}  // namespace fovea
