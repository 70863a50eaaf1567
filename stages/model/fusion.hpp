#pragma once

#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// Returns the layers of a network as groups that are computed together, in order, where no other layer uses
/// the values in between: a convolution without bias with its batch normalisation; after a normalisation the
/// ReLU, or the sum of two and its ReLU; and after any other ReLU a 2 x 2 max pool. Every other layer is a
/// group of its own. A layer that is `kept` is the last of its group.
std::vector<std::vector<std::size_t>> fusion_groups(const Specification& specification,
                                                    const NetworkInfo& info,
                                                    const std::vector<std::size_t>& kept = {});

}  // namespace fovea
