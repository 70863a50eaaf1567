#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/hdf5.hpp"
#include "stages/data/preprocessing.hpp"
#include "stages/model/specification.hpp"

namespace fovea {

/// One weight or buffer of a network with its name, as in "layer1.0.conv1.weight".
struct NamedArray {
  std::string name;
  Shape shape;
  Array<float> values;
};

/// A network: its specification, its weights, and the preprocessing of images.
struct Model {
  static constexpr std::string_view kind = "Model";
  static const Codec& codec();

  Specification specification;
  std::vector<NamedArray> weights;       ///< parameters and buffers, in the order of the layers
  std::vector<std::string> class_names;  ///< K
  Preprocessing preprocessing;           ///< what turns an image into the input of the network
};

/// The size of the images that a network takes.
ImageSize input_size(const Specification& specification);

/// Checks that the weights are those that the specification asks for, in its order. Throws `Error` that names
/// the first that is not.
void expect_weights(const Specification& specification, const std::vector<NamedArray>& weights);

}  // namespace fovea
