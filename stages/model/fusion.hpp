#pragma once

#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// The layers of a network as groups that are computed together, in order, where no other layer takes what is
/// between: a convolution without bias and the batch normalisation behind it; behind a normalisation the
/// ReLU, or the sum of two and the ReLU behind that; and behind any other ReLU a 2 x 2 max pool. Every other
/// layer is a group of its own.
std::vector<std::vector<std::size_t>> fusion_groups(const Specification& specification,
                                                    const NetworkInfo& info);

}  // namespace fovea
