#include "stages/learn/schedule.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

ScheduleParams cosine(std::int64_t warmup) {
  return {.warmup_steps = warmup, .warmup_start_lr = 1e-8};
}

std::string refusal(const ScheduleParams& params, std::int64_t total) {
  return error_of([&] { Schedule(params, 1e-3, total); });
}

void check_values(const Schedule& schedule, const std::vector<std::pair<std::int64_t, double>>& expected) {
  for (const auto& [step, rate] : expected) {
    INFO("step " << step);
    CHECK(schedule.at(step) == Approx(rate).epsilon(1e-9).margin(0));
  }
}

}  // namespace

// The numbers of the next two tests are reference values in double precision that were not made by this code.
TEST_CASE("schedule: cosine decay over given steps gives the reference rates") {
  auto params = cosine(1000);
  params.decay_steps = 10000;
  check_values(Schedule(params, 1e-3, 20000), {{0, 1e-8},
                                               {1, 1.00999e-06},
                                               {500, 0.0005000050000000001},
                                               {999, 0.00099900001},
                                               {1000, 0.001},
                                               {1001, 0.0009999999753284566},
                                               {3500, 0.0008535680352542144},
                                               {6000, 0.00050005},
                                               {8500, 0.0001465319647457856},
                                               {10999, 1.0002467154337792e-07},
                                               {11000, 1.0000000000000001e-07},
                                               {20000, 1.0000000000000001e-07}});
}

TEST_CASE("schedule: cosine decay fills the run when its steps are auto") {
  check_values(Schedule(cosine(1000), 1e-3, 5000), {{0, 1e-8},
                                                    {999, 0.00099900001},
                                                    {1000, 0.001},
                                                    {3000, 0.00050005},
                                                    {4999, 1.0015419713957618e-07},
                                                    {5000, 1.0000000000000001e-07}});
}

TEST_CASE("schedule: the constant rate is the peak from the end of the warmup on") {
  const Schedule schedule({.type = "constant", .warmup_steps = 10}, 0.5, 100);
  check_values(schedule, {{0, 1e-8}, {5, 0.250000005}, {10, 0.5}, {11, 0.5}, {99, 0.5}});
  CHECK(schedule.floor() == 0.5);
}

TEST_CASE("schedule: an automatic warmup is a twentieth of the steps, rounded down") {
  CHECK(Schedule({}, 1e-3, 1000).warmup_steps() == 50);
  CHECK(Schedule({}, 1e-3, 39).warmup_steps() == 1);
  CHECK(Schedule({}, 1e-3, 19).warmup_steps() == 0);
  CHECK(Schedule({}, 1e-3, 1).warmup_steps() == 0);
}

TEST_CASE("schedule: without a warmup the first step has the peak") {
  CHECK(Schedule(cosine(0), 1e-3, 100).at(0) == 1e-3);
}

TEST_CASE("schedule: a warmup may fill the whole run") {
  const Schedule schedule(cosine(100), 1.0, 100);
  CHECK(schedule.at(99) == Approx(0.99));
  CHECK(schedule.at(100) == 1.0);
}

TEST_CASE("schedule: a run of one step has a rate") {
  CHECK(Schedule({}, 1e-3, 1).at(0) == 1e-3);
  CHECK(Schedule(cosine(1), 1e-3, 1).at(0) == 1e-8);
}

TEST_CASE("schedule: a warmup longer than the run is refused") {
  CHECK(refusal(cosine(101), 100) ==
        "schedule.warmup_steps: a warmup of 101 steps is longer than the whole run of 100; give at most 100, "
        "or "
        "\"auto\"");
}

TEST_CASE("schedule: a setting that the type has no use for is refused") {
  CHECK(refusal({.type = "constant", .decay_steps = 7}, 100) ==
        "schedule.decay_steps: a schedule of type \"constant\" has no use for 7; leave \"decay_steps\" out");
  CHECK(refusal({.type = "constant", .alpha = 0.5}, 100) ==
        "schedule.alpha: a schedule of type \"constant\" has no use for 0.5; leave \"alpha\" out");
}

TEST_CASE("schedule: each setting changes the rate of some step") {
  const Schedule standard({}, 1e-3, 1000);
  CHECK(Schedule({.type = "constant"}, 1e-3, 1000).at(500) != standard.at(500));
  CHECK(Schedule({.warmup_steps = 51}, 1e-3, 1000).at(500) != standard.at(500));
  CHECK(Schedule({.warmup_start_lr = 1e-7}, 1e-3, 1000).at(0) != standard.at(0));
  CHECK(Schedule({.decay_steps = 900}, 1e-3, 1000).at(500) != standard.at(500));
  CHECK(Schedule({.alpha = 0.1}, 1e-3, 1000).at(500) != standard.at(500));
}

TEST_CASE("schedule: parameters say what is wrong with them") {
  const auto read = [](const char* text) {
    return read_params<ScheduleParams>(parse_json(text), "train.params.schedule");
  };
  CHECK_THROWS_WITH(read(R"({"type": "cosine"})"),
                    "train.params.schedule.type: \"cosine\" is not allowed; it must "
                    "be one of \"cosine_decay\", \"constant\"");
  CHECK_THROWS_WITH(read(R"({"alpha": 2})"),
                    "train.params.schedule.alpha: 2 is not allowed; it must be from 0 to 1");
  CHECK(write_params(read("{}"))["warmup_steps"] == "auto");
}

TEST_CASE("schedule: a curve of one's own follows the warmup") {
  const Schedule schedule([](std::int64_t t) { return 1.0 / static_cast<double>(1 + t); }, 4, 0.2, 0);
  check_values(schedule, {{0, 0.2}, {2, 0.6}, {4, 1}, {5, 0.5}});
}
