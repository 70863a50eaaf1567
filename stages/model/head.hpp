#pragma once

#include "stages/model/specification.hpp"

namespace fovea {

/// Returns the number of the head: the last layer with weights on the way to the output, which tells the
/// classes apart. The layers before it are the body. Throws `Error` where no layer has weights.
std::size_t head_of(const NetworkInfo& info);

}  // namespace fovea
