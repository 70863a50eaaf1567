#include "runtime/log.hpp"

#include <regex>

#include "tests/catch.hpp"
#include "tests/runtime/arithmetic.hpp"

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
