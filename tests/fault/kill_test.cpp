#include <algorithm>
#include <fstream>
#include <thread>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/wait.hpp"

namespace {

/// A run that saves its progress at nearly every step, with a thread count that a restart may change.
std::vector<std::string> saving_run(const std::string& store, int threads) {
  return ScratchFolder::run_in(
      store, {"--threads", std::to_string(threads), "--set", "train.checkpoint.every_minutes=0.0005"});
}

/// Whether a stage of a run says that it went on from saved progress.
bool resumed(const std::string& out) {
  const auto all = events_of(out);
  return std::any_of(all.begin(), all.end(), [](const auto& event) {
    return event.at("event") == "stage_finished" && event.contains("from") && event["from"].is_string();
  });
}

/// Waits until a run saves progress.
void wait_for_progress(const std::filesystem::path& store, const Process& process) {
  wait_until("the run saves progress", [&] {
    REQUIRE_FALSE(process.ended());
    return !names_below(store, "progress").empty();
  });
}

/// Flips a bit of the newest progress, as a failing disk would.
void damage_progress(const std::filesystem::path& store, Draws& draws) {
  const auto all = names_below(store, "progress");
  if (all.empty()) return;
  const auto file = store / *all.rbegin();
  auto bytes = bytes_of(file);
  bytes[draws.below(bytes.size())] ^= 1;
  std::filesystem::remove(file);
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("a pipeline that is killed at any instant and started again ends as one that was left alone") {
  const ScratchFolder scratch;
  const auto begin = std::chrono::steady_clock::now();
  const auto straight = scratch.fovea(saving_run("straight", 2));
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - begin;
  REQUIRE(straight.code == 0);
  const auto right = stored(scratch.folder / "straight");

  Draws draws(1);
  const int kills = rounds(12, 200);
  const std::filesystem::path store = scratch.folder / "killed";
  std::string output;
  for (int kill = 0; kill < kills; ++kill) {
    // The last of a few dies in the middle of training, so there must be some left to do.
    const bool last_of_few = kill % 6 == 5 || kill == kills - 1;
    const bool is_trained = std::filesystem::exists(store / "keys/train");
    // Every few kills the work begins anew, or there would soon be nothing left to kill.
    if (kill % 6 == 0 || (last_of_few && is_trained)) std::filesystem::remove_all(store);
    const auto before = names_below(store, "keys");
    Process process(scratch.folder.path(), saving_run("killed", 1 + kill % 2));
    if (last_of_few) wait_for_progress(store, process);
    if (!last_of_few) std::this_thread::sleep_for(whole * (0.05 + 0.7 * draws.part()));
    process.kill();
    output = process.wait().out;
    if (kill % 6 == 3) damage_progress(store, draws);
    INFO("kill " << kill);
    const auto after = names_below(store, "keys");
    CHECK(std::includes(after.begin(), after.end(), before.begin(), before.end()));
    // Of what was finished before, nothing is computed again.
    for (const auto& line : computed(output)) {
      const auto key = line.substr(line.find(' ') + 1);
      CHECK(std::none_of(before.begin(), before.end(),
                         [&](const auto& name) { return name.find(key) != std::string::npos; }));
    }
    if (last_of_few) {
      const auto last = scratch.fovea(saving_run("killed", 2));
      INFO(last.err);
      REQUIRE(last.code == 0);
      CHECK(resumed(last.out));
      CHECK(stored(store) == right);
      CHECK(exported(scratch.folder / "killed-results") == exported(scratch.folder / "straight-results"));
      CHECK(names_below(store, "tmp").empty());
      CHECK(names_below(store, "leases").empty());
    }
  }
}
