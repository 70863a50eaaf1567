#include <atomic>
#include <thread>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"

TEST_CASE(
    "deleting everything that may go, again and again beside running pipelines, is never an error there") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea(ScratchFolder::run_in("right")).code == 0);
  const auto right = exported(scratch.folder / "right-results");
  std::atomic<bool> over = false;
  int collections = 0;
  std::thread collector([&] {
    while (!over) {
      const auto done = scratch.fovea({"store", "gc", "--store", "store", "--max-size", "0"});
      collections += done.code == 0 && done.out.find("deleted 0 files") == std::string::npos;
    }
  });
  Draws draws(5);
  std::vector<Outcome> outcomes;
  for (int round = 0; round < rounds(3, 100); ++round) {
    const auto rate = std::to_string(0.001 * static_cast<double>(1 + draws.below(3)));
    scratch.fovea(ScratchFolder::run_in("store", {"--set", "train.learning_rate=" + rate}));
    outcomes.push_back(scratch.fovea(ScratchFolder::run_in("store")));
    if (outcomes.back().code == 0) CHECK(exported(scratch.folder / "store-results") == right);
  }
  over = true;
  collector.join();
  for (const auto& outcome : outcomes) {
    INFO(outcome.err);
    CHECK(outcome.code == 0);
  }
  CHECK(collections > 0);
}
