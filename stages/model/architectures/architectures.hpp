#pragma once

#include <string>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// How the weights of convolutions begin. `uniform`: up to 1 / sqrt(incoming values), as PyTorch does by
/// default. `normal`: with variance 2 / (outgoing channels * window) (He et al., 2015), as torchvision does
/// for its ResNets.
enum class FirstWeights { uniform, normal };

/// A ready-made network: its name, one line about it, and the function that makes its specification.
struct Architecture {
  std::string name;
  std::string doc;
  /// Adds the layers to a specification that has its sizes already.
  void (*build)(Specification& specification);
  FirstWeights first_weights = FirstWeights::uniform;
};

/// All ready-made networks, the one to begin with first.
const std::vector<Architecture>& architectures();
std::vector<std::string> architecture_names();
/// The ready-made network of that name. Throws `Error` with the nearest name where there is none.
const Architecture& find_architecture(const std::string& name);

/// The specification of a ready-made network for such images. Throws `Error` with the nearest name where
/// there is no such architecture, or where the images are too small for it.
Specification build_specification(const std::string& architecture, std::int64_t height, std::int64_t width,
                                  std::int64_t channels, std::int64_t classes);

}  // namespace fovea
