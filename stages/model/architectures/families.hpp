#pragma once

#include <vector>

#include "stages/model/architectures/architectures.hpp"

namespace fovea {

/// Each function returns the architectures of its family, the smallest first, and is in the file of the
/// family's name: `resnets` in resnet.cpp.
std::vector<Architecture> simple_cnns();
std::vector<Architecture> mlps();
std::vector<Architecture> resnets();
std::vector<Architecture> mobilenets();
std::vector<Architecture> efficientnets();
std::vector<Architecture> squeezenets();
std::vector<Architecture> densenets();
std::vector<Architecture> convnexts();
std::vector<Architecture> vits();

}  // namespace fovea
