#include "runtime/log.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/arithmetic.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

TEST_CASE("log: events become lines with time and level, and go on to the next report") {
  arithmetic::Events next;
  Log log(next);
  log.event({"epoch", "train", "epoch 1/5  loss 0.4", {{"loss", 0.4}}});
  log.event({"warning", "", "split: a part has no \"bag\""});
  log.event({"stage_failed", "load", "", {{"error", "no such file"}}});
  const std::regex lines(
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d info    epoch: train: epoch 1/5  "
      "loss 0.4\n"
      "\\S+ warning warning: split: a part has no \"bag\"\n"
      "\\S+ error   stage_failed: load: \\{\"error\":\"no such file\"\\}\n");
  CHECK(std::regex_match(log.text(), lines));
  CHECK(next.all.size() == 3);
}

TEST_CASE("log: the steps of training go on, and are not kept") {
  arithmetic::Events next;
  Log log(next);
  log.event({"step", "train", "", {{"step", 1}}});
  CHECK(log.text().empty());
  CHECK(next.all.size() == 1);
}

TEST_CASE("log: a file has every line as soon as it comes, the earlier ones too") {
  const Folder folder;
  arithmetic::Events next;
  Log log(next);
  log.event({"run_started", "", "first"});
  log.grow_in(folder / "run.log");
  log.event({"epoch", "train", "second"});
  const auto file = bytes_of(folder / "run.log");
  CHECK(file == log.text());
  CHECK(file.find("epoch: train: second\n") != std::string::npos);
}

TEST_CASE("log: a file that can't be written is told once, and the lines are kept all the same") {
  arithmetic::Events next;
  Log log(next);
  log.grow_in("/dev/full");
  for (int i = 0; i < 3; ++i) log.event({"epoch", "train", "line"});
  REQUIRE(next.all.size() == 4);
  CHECK(next.all[1].line ==
        "what happens is not kept: /dev/full: no space left on the disk; free some or choose another place");
  const auto text = log.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("log: the same warning about the same stage is told once") {
  arithmetic::Events next;
  Log log(next);
  for (const char* stage : {"load", "load", "more"}) log.event({"warning", stage, "an image is broken"});
  CHECK(next.all.size() == 2);
  const auto text = log.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}
