#pragma once

#include "graph/json.hpp"

namespace fovea {

/// The versions of the libraries that decode images, whose pixels may differ in their last digits from one
/// version to the next.
Json decoded_with();

}  // namespace fovea
