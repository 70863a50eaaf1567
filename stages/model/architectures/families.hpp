#pragma once

#include <vector>

#include "stages/model/architectures/architectures.hpp"

namespace fovea {

/// Each family is in the file of its name and gives its architectures, the smallest first.
std::vector<Architecture> simple_cnns();
std::vector<Architecture> resnets();

}  // namespace fovea
