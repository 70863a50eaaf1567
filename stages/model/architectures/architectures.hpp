#pragma once

#include <functional>
#include <string>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// A ready-made network: its name, one line about it, and the function that builds its specification.
struct Architecture {
  std::string name;
  std::string doc;
  /// Adds the layers to a specification that already has its sizes.
  std::function<void(Specification& specification)> build;
  std::int64_t image_side = 32;               ///< in pixels, of the images that it was made for
  std::vector<std::string> other_names = {};  ///< under which it is found as well
};

/// Returns all ready-made networks; the first one is the recommended start.
const std::vector<Architecture>& architectures();
/// Returns all names under which they are found.
std::vector<std::string> architecture_names();
/// Returns the ready-made network of that name. Throws `Error` with the nearest name where there is none.
const Architecture& find_architecture(const std::string& name);

/// Returns the specification of a ready-made network for images of this size. Throws `Error` with the nearest
/// name where there is no such architecture, or where the images are too small for it.
Specification build_specification(const std::string& architecture, std::int64_t height, std::int64_t width,
                                  std::int64_t channels, std::int64_t classes);

}  // namespace fovea
