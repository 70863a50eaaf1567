#pragma once

#include "runtime/run.hpp"

namespace fovea {

/// Returns the outputs that a summary reads.
std::vector<Output> read_by_summary(const Graph& graph);

/// A stage that did not start, by its number, and the names of the failed stages that it depends on.
struct LeftOut {
  std::size_t node = 0;
  std::vector<std::string> because;
};
std::vector<LeftOut> left_out(const Graph& graph, const RunResult& run);

/// Summarises a run as lines for people: each stage as hit, resumed or run with its seconds, as failed or as
/// left out because of another, and its metrics. Copies of a stage (train_1, train_2, ...) share a line, and
/// metrics that a stage summarises appear only in that summary.
std::string run_summary(const Graph& graph, const RunResult& run, Store& store);

/// Returns the metrics and summaries by node, as in `metrics.json` and `summary.json` without the values of
/// each class; metrics that a stage summarises appear only in that summary.
Json metrics_of(const Graph& graph, const RunResult& run, Store& store);

}  // namespace fovea
