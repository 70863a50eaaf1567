#pragma once

#include "pipelines/command/prepared.hpp"

namespace fovea {

/// Tells a program or a person what would run, and why.
void print_plan(const Prepared& prepared, bool json);

}  // namespace fovea
