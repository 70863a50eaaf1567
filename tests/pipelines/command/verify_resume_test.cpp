#include "tests/pipelines/scratch_folder.hpp"

namespace {

/// Sends a signal to `fovea verify-resume` once a file like `pattern` is in its workshop, as a terminal does
/// to the whole process group (`-INT`), or as `kill` does to the process alone.
Finished interrupted(const ScratchFolder& scratch, const std::string& kills, const std::string& pattern,
                     const std::string& signal, bool whole_group) {
  const auto script =
      "rm -rf t; mkdir t; trap - INT; set -m; TMPDIR=$PWD/t $FOVEA verify-resume pipeline.json --kills " +
      kills + " 2>told & pid=$!; for i in $(seq 15000); do ls t/fovea-verify-*/" + pattern +
      " >/dev/null 2>&1 && break; sleep 0.02; done; kill -" + signal + " " + (whole_group ? "-" : "") +
      "$pid; wait $pid; exit $?";
  auto done = run_script(script, scratch.folder.path());
  done.err = bytes_of(scratch.folder / "told");  // in which the shell says nothing of its jobs
  return done;
}

}  // namespace

TEST_CASE(
    "fovea verify-resume: interrupted in its undisturbed run, it says so and nothing else, and tidies up") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = 100'000;
  definition["stages"]["train"]["params"]["early_stopping"] = {{"patience", nullptr}};
  const ScratchFolder scratch(definition);
  for (const auto& [signal, whole_group] : {std::pair{"INT", true}, {"INT", false}, {"TERM", false}}) {
    const auto done = interrupted(scratch, "3", "straight/store/progress/train/*/*.h5", signal, whole_group);
    INFO(signal << " " << whole_group << "\n" << done.out << done.err);
    CHECK(done.code == 130);
    CHECK(done.out.empty());
    CHECK(done.err == "interrupted; nothing is proved, and nothing is left behind\n");
    CHECK(fs::is_empty(scratch.folder / "t"));
  }
}

TEST_CASE("fovea verify-resume: interrupted between its kills, it proves nothing and blames nobody") {
  const ScratchFolder scratch;
  for (const auto& [signal, whole_group] : {std::pair{"INT", true}, {"TERM", false}}) {
    const auto done = interrupted(scratch, "10000", "killed/store/objects", signal, whole_group);
    INFO(signal << " " << whole_group << "\n" << done.out << done.err);
    CHECK(done.code == 130);
    CHECK(done.out.starts_with("undisturbed run: "));
    CHECK(std::count(done.out.begin(), done.out.end(), '\n') == 1);
    CHECK(done.err == "interrupted; nothing is proved, and nothing is left behind\n");
    CHECK(fs::is_empty(scratch.folder / "t"));
  }
}

TEST_CASE("fovea verify-resume: what a killed one left is removed by the next") {
  const ScratchFolder scratch;
  interrupted(scratch, "10000", "killed/store/objects", "KILL", true);
  CHECK_FALSE(fs::is_empty(scratch.folder / "t"));
  const auto done = scratch.fovea({"verify-resume", "pipeline.json", "--kills", "1"},
                                  {"TMPDIR=" + (scratch.folder / "t").string()});
  CHECK(done.code == 0);
  CHECK(fs::is_empty(scratch.folder / "t"));
}
