#include "pipelines/run_summary.hpp"

#include "stages/all.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/command.hpp"

using namespace fovea;

namespace {

/// Two copies of a load, and one that is only called like a copy.
Graph three_loads() {
  Graph g;
  for (const auto* name : {"load_1", "load_2", "other_1"}) g.add<Load>(name, {}, {.format = "synthetic"});
  return g;
}

NodeResult ended(End end, double seconds = 0, const std::string& from = "") {
  return {end, {}, from, seconds};
}

std::vector<std::string> summary_lines(std::vector<NodeResult> nodes) {
  const Folder folder;
  Store store(folder / "store", [](const std::string&) {});
  return lines_of(run_summary(three_loads(), {std::move(nodes), {}, false}, store));
}

}  // namespace

TEST_CASE("run summary: copies of a stage share a line, which counts what became of them") {
  CHECK(summary_lines({ended(End::hit), ended(End::ran, 2), ended(End::hit)}) ==
        std::vector<std::string>{"  load_1..2  1 hit, 1 run  2.00 s", "  other_1    hit"});
  CHECK(summary_lines({ended(End::ran, 1, "epoch 1 of 2"), ended(End::ran, 2), ended(End::ran, 3)}) ==
        std::vector<std::string>{"  load_1..2  1 resumed, 1 run  3.00 s", "  other_1    run      3.00 s"});
  CHECK(
      summary_lines({ended(End::skipped), ended(End::skipped), ended(End::ran, 3, "epoch 1 of 2")}) ==
      std::vector<std::string>{"  load_1..2  2 not run", "  other_1    resumed  3.00 s   from epoch 1 of 2"});
}
