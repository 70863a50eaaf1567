#pragma once

#include "pipelines/command/prepared.hpp"
#include "pipelines/run/signals.hpp"
#include "runtime/report.hpp"

namespace fovea {

/// Runs a prepared pipeline and returns the exit code; the events `first` are reported before any others.
int run_prepared(const Prepared& prepared, const RunCommand& command, Signals& signals,
                 const std::vector<Event>& first = {});

}  // namespace fovea
