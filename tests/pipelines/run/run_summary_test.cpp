#include "pipelines/run/run_summary.hpp"

#include "stages/all.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/command/command.hpp"

using namespace fovea;

namespace {

/// Two copies of a load, and one that is only called like a copy.
Graph three_loads() {
  Graph g;
  for (const auto* name : {"load_1", "load_2", "other_1"}) g.add<Load>(name, {}, {.format = "synthetic"});
  return g;
}

NodeResult ended(End end, double seconds = 0, const std::string& from = "") {
  return {.end = end, .record = {}, .from = from, .seconds = seconds};
}

std::vector<std::string> summary_lines(const Graph& graph, std::vector<NodeResult> nodes) {
  const Folder folder;
  Store store(folder / "store", [](const std::string&) {});
  return lines_of(run_summary(graph, {std::move(nodes), {}, false}, store));
}

}  // namespace

TEST_CASE("run summary: copies of a stage share a line, which counts what became of them") {
  CHECK(summary_lines(three_loads(), {ended(End::hit), ended(End::ran, 2), ended(End::hit)}) ==
        std::vector<std::string>{"  load_1..2  1 hit, 1 run  2.00 s", "  other_1    hit"});
  CHECK(summary_lines(three_loads(),
                      {ended(End::ran, 1, "epoch 1 of 2"), ended(End::ran, 2), ended(End::ran, 3)}) ==
        std::vector<std::string>{"  load_1..2  1 resumed, 1 run  3.00 s", "  other_1    run      3.00 s"});
  CHECK(
      summary_lines(three_loads(),
                    {ended(End::skipped), ended(End::skipped), ended(End::ran, 3, "epoch 1 of 2")}) ==
      std::vector<std::string>{"  load_1..2  2 not run", "  other_1    resumed  3.00 s   from epoch 1 of 2"});
}

TEST_CASE("run summary: what is no copy has its own line, and so has each summary") {
  Graph g;
  const auto load = g.add<Load>("load", {}, {.format = "synthetic"});
  g.add<Load>("load_2", {}, {.format = "synthetic"});
  const auto model = g.add<BuildModel>("model", {.data = load.data}, {});
  const auto said = g.add<Predict>("said", {.model = model.model, .data = load.data}, {});
  const auto score = g.add<Evaluate>("score", {.predictions = said.predictions}, {});
  for (const auto* name : {"summary", "summary_2"}) g.add<Summarise>(name, {.metrics = {score.metrics}}, {});
  CHECK(summary_lines(g, std::vector(7, ended(End::hit))) ==
        std::vector<std::string>{"  load       hit", "  load_2     hit", "  model      hit",
                                 "  said       hit", "  score      hit", "  summary    hit",
                                 "  summary_2  hit"});
}

TEST_CASE(
    "run summary: where a copy failed, each says what became of it, and of metrics those are told alone") {
  Graph g;
  const auto good = g.add<Load>("load_1", {}, {.format = "synthetic"});
  const auto bad = g.add<Load>("load_2", {}, {.format = "synthetic"});
  g.add<Split>("split_1", {.data = good.data}, {});
  g.add<Split>("split_2", {.data = bad.data}, {});
  CHECK(summary_lines(g, {ended(End::hit), ended(End::failed), ended(End::ran, 2), ended(End::skipped)}) ==
        std::vector<std::string>{"  load_1   hit", "  load_2   failed", "  split_1  run      2.00 s",
                                 "  split_2  not run, because of load_2"});
}
