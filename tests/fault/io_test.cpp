#include <algorithm>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace {

/// The environment in which one call below a store goes wrong.
std::vector<std::string> faulty(const std::filesystem::path& store, const std::string& call, long at,
                                const std::string& error) {
  return {"LD_PRELOAD=" + std::string(FOVEA_BINARY_DIR) + "/libfaulty_io.so",
          "FOVEA_FAULT_CALL=" + call,
          "FOVEA_FAULT_AT=" + std::to_string(at),
          "FOVEA_FAULT_ERROR=" + error,
          "FOVEA_FAULT_PATH=" + store.string(),
          "FOVEA_FAULT_COUNT_FILE=" + store.string() + ".count"};
}

/// `place: fact; what would be right`.
bool is_well_formed(const std::string& line) {
  const auto place = line.find(": ");
  return place != std::string::npos && place > 0 && line.find("; ", place) != std::string::npos;
}

/// The lines on stderr that are no warnings.
std::vector<std::string> errors_in(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("warning:")) all.push_back(line);
  }
  return all;
}

struct Results {
  std::map<std::string, std::string> objects, files;
  bool operator==(const Results&) const = default;
};

Results results(const ScratchFolder& scratch, const std::string& store) {
  return {stored(scratch.folder / store), exported(scratch.folder / (store + "-results"))};
}

long count_calls(const ScratchFolder& scratch, const std::string& call) {
  const auto store = "count-" + call;
  const auto done =
      scratch.fovea(ScratchFolder::run_in(store), faulty(scratch.folder / store, call, 0, "EIO"));
  REQUIRE(done.code == 0);
  return std::stol(bytes_of(scratch.folder / (store + ".count")));
}

/// One run in which one call goes wrong, and a clean one after it in the same store.
void check_one(const ScratchFolder& scratch, const Results& right, const std::string& call, long at,
               const std::string& error) {
  std::filesystem::remove_all(scratch.folder / "broken");
  std::filesystem::remove_all(scratch.folder / "broken-results");
  const auto done =
      scratch.fovea(ScratchFolder::run_in("broken"), faulty(scratch.folder / "broken", call, at, error));
  INFO(call << " number " << at << ": " << error << "\ncode " << done.code << "\n" << done.err);
  CHECK((done.code == 0 || done.code == 1));
  const auto told = errors_in(done.err);
  CHECK(told.size() == (done.code == 0 ? 0U : 1U));
  CHECK(std::all_of(told.begin(), told.end(), is_well_formed));
  if (done.code == 0) CHECK(exported(scratch.folder / "broken-results") == right.files);
  const auto clean = scratch.fovea(ScratchFolder::run_in("broken"));
  INFO(clean.err);
  CHECK(clean.code == 0);
  CHECK((results(scratch, "broken") == right));
}

}  // namespace

TEST_CASE("a call to the system that goes wrong is an error in one line or changes nothing") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea(ScratchFolder::run_in("right")).code == 0);
  const auto right = results(scratch, "right");
  const std::vector<std::string> errors{"EIO", "ENOSPC", "EACCES", "short"};
  Draws draws(3);
  for (const std::string call : {"write", "fsync", "rename", "open", "mmap"}) {
    const auto calls = count_calls(scratch, call);
    INFO(call << ": " << calls << " calls");
    REQUIRE(calls > 0);
    const auto kinds = call == "write" ? errors.size() : errors.size() - 1;
    const bool all = rounds(0, 1) == 1;
    for (long at = 1, some = 0; all ? at <= calls : some < 3; ++at, ++some) {
      const auto call_number = all ? at : 1 + static_cast<long>(draws.below(static_cast<std::size_t>(calls)));
      check_one(scratch, right, call, call_number, errors[draws.below(kinds)]);
    }
  }
}

TEST_CASE("a rename that worked though its answer was lost, as over a network, changes nothing") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea(ScratchFolder::run_in("right")).code == 0);
  const auto right = results(scratch, "right");
  Draws draws(8);
  const auto calls = static_cast<std::size_t>(count_calls(scratch, "rename"));
  for (int round = 0; round < rounds(2, 20); ++round) {
    std::filesystem::remove_all(scratch.folder / "lost");
    std::filesystem::remove_all(scratch.folder / "lost-results");
    const auto at = 1 + static_cast<long>(draws.below(calls));
    const auto done =
        scratch.fovea(ScratchFolder::run_in("lost"), faulty(scratch.folder / "lost", "rename", at, "lost"));
    INFO("rename number " << at << "\n" << done.err);
    CHECK(done.code == 0);
    CHECK((results(scratch, "lost") == right));
  }
  const auto again = scratch.fovea(ScratchFolder::run_in("lost"),
                                   faulty(scratch.folder / "lost-results", "rename", 1, "lost"));
  CHECK(again.code == 0);
  CHECK(exported(scratch.folder / "lost-results") == right.files);
}

TEST_CASE("a full disk leaves no part of a drawing or saved pipeline, and is named") {
  const ScratchFolder scratch;
  const auto place = scratch.folder / "full";
  std::filesystem::create_directories(place);
  const std::vector<std::vector<std::string>> commands{
      {"graph", "pipeline.json", "-o", "full/g.png"},
      {"graph", "pipeline.json", "-o", "full/g.svg"},
      {"train", "--dataset", "synthetic", "--save-pipeline", "full/p.json", "--dry-run"}};
  for (const auto& command : commands) {
    const auto done = scratch.fovea(command, faulty(place, "write", 1, "ENOSPC"));
    const auto& file = command[0] == "graph" ? command.back() : "full/p.json";
    INFO(file);
    CHECK(done.code == 1);
    CHECK(done.err == file + ": no space left on the disk; free some or choose another place\n");
    CHECK(std::filesystem::is_empty(place));
  }
}
