#pragma once

#include <vector>

#include "stages/model/architectures/architectures.hpp"

namespace fovea {

/// Each function returns the architectures of its family, the smallest first; it is in the file of the
/// family's name.
std::vector<Architecture> simple_cnns();
std::vector<Architecture> resnets();

}  // namespace fovea
