#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea::testing {

/// Numbers in [-1, 1) of a shape that follow from a name, as `spread` in oracle/weights.py makes them.
at::Tensor spread(const std::string& name, at::IntArrayRef shape);

/// The weight of that name, as `weight` in oracle/weights.py makes it.
at::Tensor named_weight(const std::string& name, at::IntArrayRef shape);

/// The weights of a network, each by its name.
std::vector<NamedArray> named_weights(const Specification& specification);

}  // namespace fovea::testing
