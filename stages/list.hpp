#pragma once

#include "graph/registry.hpp"

namespace fovea {

/// Every stage that comes with Fovea, described; those that compute with LibTorch without their `run`.
Registry all_stages();

}  // namespace fovea
