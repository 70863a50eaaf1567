#include "pipelines/run/console.hpp"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "tests/pipelines/scratch_folder.hpp"

namespace {

/// How many columns a text takes, without what sets colours.
std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      i = text.find_first_of("mK", i);
    } else if ((text[i] & 0xC0) != 0x80) {
      ++columns;
    }
  }
  return columns;
}

/// What a run shows on a terminal that is so wide.
std::string shown_on_terminal(const ScratchFolder& scratch, unsigned short columns) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  int terminal = -1;
  const auto process = ::forkpty(&terminal, nullptr, nullptr, &size);
  REQUIRE(process >= 0);
  if (process == 0) {
    ::setenv("TERM", "xterm", 1);
    if (::chdir(scratch.folder.path().c_str()) == 0)
      ::execl(FOVEA_BINARY_DIR "/fovea", "fovea", "run", "pipeline.json", nullptr);
    ::_exit(127);
  }
  std::string text;
  char part[4096];
  for (ssize_t got = 0; (got = ::read(terminal, part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(process, &status, 0);
  ::close(terminal);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  return text;
}

}  // namespace

TEST_CASE("console: time left is that of the pace since the first word, and not told from too little") {
  CHECK_FALSE(fovea::seconds_left(1, 0, 100));
  CHECK_FALSE(fovea::seconds_left(1, 9, 991));
  CHECK(fovea::seconds_left(10, 50, 200) == 40);
  CHECK(fovea::seconds_left(10, 50, 0) == 0);
}

TEST_CASE("console: a line of progress is shorter than the terminal, however narrow") {
  const std::string behind = " 34 %  epoch 3/10  loss 0.412  acc 0.853  4,460 img/s  2 min 05 s left";
  for (std::size_t columns = 1; columns <= 200; ++columns) {
    const auto line = fovea::progress_line("train", 0.34, behind, columns, columns % 2 == 0);
    INFO(columns << ": " << line);
    CHECK(columns_of(line) < columns);
  }
  CHECK(fovea::progress_line("train", 0.5, behind, 40, false) == "train  34 %  epoch 3/10  loss 0.412");
  CHECK(fovea::progress_line("train", 0.5, "50 %", 80, false) == "train ━━━━━━━━━━━━──────────── 50 %");
  CHECK(columns_of(fovea::progress_line("train", 0.5, behind, 90, true)) == 89);
}

TEST_CASE("console: on a terminal of any width no line of progress wraps, and it tells loss and rate") {
  const ScratchFolder scratch;
  for (const unsigned short columns : {80, 40}) {
    fs::remove_all(scratch.folder / ".fovea");
    const auto shown = shown_on_terminal(scratch, columns);
    INFO(shown);
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = shown.find("\r\033[Ktrain ", at)) != std::string::npos; ++at, ++lines)
      CHECK(columns_of(shown.substr(at + 4, shown.find_first_of("\r\n", at + 1) - at - 4)) < columns);
    CHECK(lines > 0);
    CHECK(shown.find("epoch 1/2  loss ") != std::string::npos);
    if (columns == 80) CHECK(shown.find(" img/s") != std::string::npos);
  }
}

TEST_CASE("fovea run: every event of --json is one object that says what and where") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"run", "pipeline.json", "--json"});
  REQUIRE(done.code == 0);
  CHECK(done.err.empty());
  const std::set<std::string> of_run{"run_started", "run_finished"};
  int steps = 0;
  for (const auto& line : lines_of(done.out)) {
    INFO(line);
    const auto event = fovea::parse_json(line);
    CHECK(event.at("event").is_string());
    CHECK(event.contains("node") != of_run.contains(event.at("event").get<std::string>()));
    if (event.at("event") != "step") continue;
    ++steps;
    for (const char* name :
         {"step", "steps", "epoch", "loss", "learning_rate", "gradient_norm", "samples_per_second"})
      CHECK(event.at(name).is_number());
  }
  CHECK(steps >= 2);
}
