#pragma once

#include "pipelines/command/prepared.hpp"
#include "pipelines/run/signals.hpp"
#include "runtime/report.hpp"

namespace fovea {

/// Runs what was prepared, and tells a program or a person of `first` before anything else; gives the exit
/// code.
int run_prepared(const Prepared& prepared, const RunCommand& command, Signals& signals,
                 const std::vector<Event>& first = {});

}  // namespace fovea
