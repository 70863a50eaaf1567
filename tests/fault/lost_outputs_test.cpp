#include <fstream>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace {

namespace fs = std::filesystem;

/// A run that tells everybody of its results who can be told.
std::vector<std::string> told_run() {
  return ScratchFolder::run_in("store", {"--tensorboard", "logs", "--mlflow", "mlruns"});
}

/// The files of all outputs, and by each whose it is.
std::vector<std::pair<fs::path, std::string>> outputs_in(const fs::path& store) {
  std::map<fs::path, std::string> all;
  for (const auto& name : names_below(store, "keys")) {
    const auto record = fovea::parse_json(bytes_of(store / name));
    for (std::size_t port = 0; port < record["objects"].size(); ++port) {
      const auto digest = record["objects"][port].get<std::string>().substr(0, 64);
      all[store / "objects" / digest.substr(0, 2) / (digest + ".h5")] =
          record["parts"]["stage"].get<std::string>() + ", output " + std::to_string(port);
    }
  }
  return {all.begin(), all.end()};
}

/// Removes a file, or changes a byte of it.
void spoil(const fs::path& file, bool remove) {
  auto bytes = bytes_of(file);
  fs::remove(file);
  if (remove) return;
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(file, std::ios::binary) << bytes;
}

/// All pairs of numbers below `count`, or `few` of them where not all are wanted; and each number alone.
std::vector<std::set<std::size_t>> choices(std::size_t count, int few) {
  std::vector<std::set<std::size_t>> alone, pairs;
  for (std::size_t a = 0; a < count; ++a) {
    alone.push_back({a});
    for (std::size_t b = a + 1; b < count; ++b) pairs.push_back({a, b});
  }
  Draws draws(11);
  const auto wanted = rounds(few, static_cast<int>(pairs.size()));
  while (pairs.size() > static_cast<std::size_t>(wanted))
    pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(draws.below(pairs.size())));
  alone.insert(alone.end(), pairs.begin(), pairs.end());
  return alone;
}

}  // namespace

TEST_CASE("whichever outputs are lost or damaged, alone or in pairs, the same command ends well") {
  const ScratchFolder scratch(tiny_pipeline(1));
  REQUIRE(scratch.fovea(told_run()).code == 0);
  const auto right = exported(scratch.folder / "store-results");
  const auto outputs = outputs_in(scratch.folder / "store");
  REQUIRE(outputs.size() > 10);
  int round = 0;
  for (const auto& chosen : choices(outputs.size(), 4)) {
    INFO("round " << ++round);
    std::string spoiled;
    for (const auto number : chosen) {
      const auto& [file, whose] = outputs[number];
      if (!fs::exists(file)) continue;  // nobody needed it since it was spoiled
      spoil(file, round % 2 == 0);
      spoiled += whose + (round % 2 == 0 ? " removed; " : " damaged; ");
    }
    const auto done = scratch.fovea(told_run());
    INFO(spoiled << "\n" << done.err);
    REQUIRE(done.code == 0);
    CHECK(exported(scratch.folder / "store-results") == right);
    fs::remove_all(scratch.folder / "logs");
  }
}
