#pragma once

#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// The layers of a network as chains that are computed in one pass each, in order: batch normalisation with
/// the ReLU behind it, or with the sum of two and the ReLU behind that, a ReLU or such a pair with a 2 x 2 max
/// pool behind it, where no other layer takes what is between. Any other layer is a chain of its own.
std::vector<std::vector<std::size_t>> chains(const Specification& specification, const NetworkInfo& info);

}  // namespace fovea
