#include "runtime/running_folder.hpp"

#include <fstream>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"

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

TEST_CASE("running folder: a name that would leave the folder, or not fit, is refused in words") {
  const auto told = [](const std::string& name) { return error_of([&] { expect_run_name(name); }); };
  CHECK(told("a/b") ==
        "\"a/b\" is not allowed as the name of a run; leave out \"/\", and give the folder of runs with "
        "--output-dir");
  for (const char* name : {"..", ".", ".hidden", "-q"})
    CHECK(told(name).ends_with("begin with a letter or a digit"));
  CHECK(told("") == "\"\" is not allowed as the name of a run; give at least one letter");
  CHECK(told("a\nb").ends_with("leave out line ends, tabs and other control characters"));
  CHECK(told(std::string(129, 'x')).ends_with("give at most 128 bytes"));
  for (const auto& name : {std::string("lr 0.1"), std::string("été"), std::string(128, 'x')})
    CHECK_NOTHROW(expect_run_name(name));
}
