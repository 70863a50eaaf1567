#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/hdf5.hpp"
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
  std::vector<double> mean;              ///< per channel, subtracted from values scaled to 0 .. 1
  std::vector<double> std;               ///< per channel, divided by
};

/// Checks the weights against the specification, in its order. Throws `Error` that names the first that
/// differs.
void expect_weights(const Specification& specification, const std::vector<NamedArray>& weights);

}  // namespace fovea
