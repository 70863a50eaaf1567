#pragma once

#include <string>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// The initialisation of convolutions. `uniform`: up to 1 / sqrt(incoming values), PyTorch's default.
/// `normal`: with variance 2 / (outgoing channels * window) (He et al., 2015), as in torchvision's ResNets.
enum class FirstWeights { uniform, normal };

/// A ready-made network: its name, one line about it, and the function that builds its specification.
struct Architecture {
  std::string name;
  std::string doc;
  /// Adds the layers to a specification that already has its sizes.
  void (*build)(Specification& specification);
  FirstWeights first_weights = FirstWeights::uniform;
};

/// Returns all ready-made networks; the first one is the recommended start.
const std::vector<Architecture>& architectures();
std::vector<std::string> architecture_names();
/// Returns the ready-made network of that name. Throws `Error` with the nearest name where there is none.
const Architecture& find_architecture(const std::string& name);

/// Returns the specification of a ready-made network for images of this size. Throws `Error` with the nearest
/// name where there is no such architecture, or where the images are too small for it.
Specification build_specification(const std::string& architecture, std::int64_t height, std::int64_t width,
                                  std::int64_t channels, std::int64_t classes);

}  // namespace fovea
