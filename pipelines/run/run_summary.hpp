#pragma once

#include "runtime/run.hpp"

namespace fovea {

/// A stage that never started, by its number, because others failed, by their names.
struct LeftOut {
  std::size_t node = 0;
  std::vector<std::string> because;
};
std::vector<LeftOut> left_out(const Graph& graph, const RunResult& run);

/// What became of a run, as lines for people: each stage as hit, resumed or run with its seconds, as failed
/// or as left out because of another, and what was measured, by what tracked ports tell. Copies of a stage
/// (train_1, train_2, ...) share a line, and of metrics that a stage tells of together only that is told.
std::string run_summary(const Graph& graph, const RunResult& run, Store& store);

/// What was measured or summarised, by node, as `metrics.json` and `summary.json` have it but for what is
/// told of each class; of metrics that a stage tells of together only that.
Json metrics_of(const Graph& graph, const RunResult& run, Store& store);

}  // namespace fovea
