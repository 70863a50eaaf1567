#include "runtime/running_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;
namespace fs = std::filesystem;

TEST_CASE("running folder: two runs of one name at once have two folders") {
  const Folder folder;
  const RunningFolder one(folder / "results", "mine"), other(folder / "results", "mine");
  CHECK(one.path() != other.path());
  CHECK(fs::is_directory(one.path()));
  CHECK(other.path().filename().string().starts_with("mine_2"));
  CHECK(one.path().extension() == ".running");
}

TEST_CASE("running folder: it leaves nothing behind, and nothing that it has not made is removed") {
  const Folder folder;
  { const RunningFolder only(folder / "a/results", "mine"); }
  CHECK_FALSE(fs::exists(folder / "a/results"));
  fs::create_directories(folder / "theirs");
  { const RunningFolder only(folder / "theirs", "mine"); }
  CHECK(fs::is_directory(folder / "theirs"));
}

TEST_CASE("running folder: what is kept is called failed, and holds what was written") {
  const Folder folder;
  fs::path kept;
  for (int i = 0; i < 2; ++i) {
    RunningFolder running(folder / "results", "mine");
    std::ofstream(running.path() / "run.log") << "line\n";
    const auto now = running.keep_as_failed();
    CHECK(now != kept);
    CHECK(now.extension() == ".failed");
    CHECK(fs::exists(now / "run.log"));
    kept = now;
  }
}

namespace {

/// What a process does that is killed while it has a running folder.
void be_killed(const fs::path& output_dir, const std::string& log) {
  const auto child = ::fork();
  if (child == 0) {
    const RunningFolder running(output_dir, "mine");
    std::ofstream(running.path() / "run.log") << log << std::flush;
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("running folder: the next run keeps what a killed one left as failed, and leaves live ones alone") {
  const Folder folder;
  const auto results = folder / "results";
  const RunningFolder live(results, "live");
  be_killed(results, "line\n");
  REQUIRE(names_in(results).size() == 2);
  const RunningFolder next(results, "next");
  REQUIRE(next.kept_of_killed().size() == 1);
  const auto kept = next.kept_of_killed()[0];
  CHECK(kept.filename().string().starts_with("mine_"));
  CHECK(kept.extension() == ".failed");
  CHECK(names_in(kept) == std::vector<std::string>{"run.log"});
  CHECK(fs::is_directory(live.path()));
  CHECK(names_in(results).size() == 3);
  CHECK(RunningFolder(results, "last").kept_of_killed().empty());
}

TEST_CASE("running folder: what a killed run left is removed where nothing is in it") {
  const Folder folder;
  be_killed(folder / "results", "");
  const RunningFolder next(folder / "results", "next");
  CHECK(next.kept_of_killed().empty());
  CHECK(names_in(folder / "results").size() == 1);
}

TEST_CASE("running folder: one of another host stays for as long as it is in use") {
  const Folder folder;
  const auto theirs = folder / "results/theirs_20260131_120000.running";
  fs::create_directories(theirs);
  std::ofstream(theirs / "run.log") << "line\n";
  std::ofstream(theirs / ".lease") << "process 7 on moon\n0123456789abcdef-7-1\n1\n";
  CHECK(RunningFolder(folder / "results", "mine").kept_of_killed().empty());
  backdate(theirs / ".lease", std::chrono::hours(25));
  CHECK(RunningFolder(folder / "results", "mine").kept_of_killed() ==
        std::vector{folder / "results/theirs_20260131_120000.failed"});
}

TEST_CASE("running folder: one without a lease is left behind when its log has not grown for a day") {
  const Folder folder;
  const auto old = folder / "results/old_20260131_120000.running";
  fs::create_directories(old);
  std::ofstream(old / "run.log") << "line\n";
  CHECK(RunningFolder(folder / "results", "mine").kept_of_killed().empty());
  backdate(old / "run.log", std::chrono::hours(25));
  fs::create_directories(folder / "results/old_20260131_120000.failed");
  CHECK(RunningFolder(folder / "results", "mine").kept_of_killed() ==
        std::vector{folder / "results/old_20260131_120000_2.failed"});
}

TEST_CASE("running folder: a name that would leave the folder, or not fit, is refused in words") {
  const auto told = [](const std::string& name) { return error_of([&] { expect_run_name(name); }); };
  CHECK(told("a/b") ==
        "\"a/b\" is not allowed as the name of a run; leave out \"/\", and give the folder of runs with "
        "--output-dir");
  for (const char* name : {"..", ".", ".hidden", "-q"})
    CHECK(told(name).ends_with("begin with a letter or a digit"));
  CHECK(told("") == "\"\" is not allowed as the name of a run; give at least one letter");
  CHECK(told(" ") == "\" \" is not allowed as the name of a run; give at least one letter");
  for (const char* name : {" a", "a "}) CHECK(told(name).ends_with("leave out spaces at its ends"));
  CHECK(told("a\nb").ends_with("leave out line ends, tabs and other control characters"));
  CHECK(told(std::string(129, 'x')).ends_with("give at most 128 bytes"));
  for (const auto& name : {std::string("lr 0.1"), std::string("été"), std::string(128, 'x')})
    CHECK_NOTHROW(expect_run_name(name));
}
