#pragma once

#include "pipelines/command/prepared.hpp"

namespace fovea {

/// Prints the stages that would run and the reasons, as JSON or as text.
void print_plan(const Prepared& prepared, bool json);

}  // namespace fovea
