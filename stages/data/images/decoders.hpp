#pragma once

#include "graph/json.hpp"

namespace fovea {

/// Returns the versions of the libraries that decode images: pixels may differ slightly from one version to
/// the next.
Json decoded_with();

}  // namespace fovea
