#include "stages/model/architectures/architectures.hpp"

#include <algorithm>

#include "stages/model/architectures/families.hpp"

namespace fovea {

const std::vector<Architecture>& architectures() {
  static const auto all = [] {
    std::vector<Architecture> joined;
    for (const auto family :
         {simple_cnns, mlps, resnets, mobilenets, efficientnets, squeezenets, densenets, convnexts, vits}) {
      for (auto& one : family()) joined.push_back(std::move(one));
    }
    return joined;
  }();
  return all;
}

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& one : architectures()) {
    names.push_back(one.name);
    names.insert(names.end(), one.other_names.begin(), one.other_names.end());
  }
  return names;
}

const Architecture& find_architecture(const std::string& name) {
  for (const auto& one : architectures()) {
    const auto& others = one.other_names;
    if (one.name == name || std::find(others.begin(), others.end(), name) != others.end()) return one;
  }
  throw Error("unknown architecture " + quote(name) + suggestion(name, architecture_names()));
}

Specification build_specification(const std::string& architecture, std::int64_t height, std::int64_t width,
                                  std::int64_t channels, std::int64_t classes) {
  const auto& found = find_architecture(architecture);
  Specification specification{found.name, height, width, channels, classes, {}};
  at(found.name, [&] {
    found.build(specification);
    infer(specification);
  });
  return specification;
}

}  // namespace fovea
