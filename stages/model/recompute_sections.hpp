#pragma once

#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// Cuts the steps of a network, of which each ends the life of so many values, into about sqrt(n) sections of
/// about sqrt(n) steps; returns the end of each. Cuts are where a single value is alive.
std::vector<std::size_t> recompute_sections(const std::vector<std::size_t>& values_ended);

}  // namespace fovea
