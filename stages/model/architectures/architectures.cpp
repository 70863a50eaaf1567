#include "stages/model/architectures/architectures.hpp"

#include "stages/model/architectures/families.hpp"

namespace fovea {

const std::vector<Architecture>& architectures() {
  static const auto all = [] {
    std::vector<Architecture> joined;
    for (const auto family : {simple_cnns, resnets}) {
      for (auto& one : family()) joined.push_back(std::move(one));
    }
    return joined;
  }();
  return all;
}

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& one : architectures()) names.push_back(one.name);
  return names;
}

const Architecture& find_architecture(const std::string& name) {
  for (const auto& one : architectures()) {
    if (one.name == name) return one;
  }
  throw Error("unknown architecture " + quote(name) + suggestion(name, architecture_names()));
}

Specification build_specification(const std::string& architecture, std::int64_t height, std::int64_t width,
                                  std::int64_t channels, std::int64_t classes) {
  Specification specification{architecture, height, width, channels, classes, {}};
  find_architecture(architecture).build(specification);
  at(architecture, [&] { infer(specification); });
  return specification;
}

}  // namespace fovea
