#include "stages/train/schedule.hpp"

#include <limits>

#include "stages/train/extensions.hpp"
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

// The numbers of the next tests are reference values in double precision that were not made by this code.
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

TEST_CASE("schedule: exponential decay gives the reference rates, smooth and by stairs") {
  ScheduleParams params{.type = "exponential_decay", .warmup_steps = 100, .decay_steps = 1000};
  check_values(Schedule(params, 1e-3, 3000), {{0, 1e-08},
                                              {50, 0.0005000050000000001},
                                              {99, 0.0009900001},
                                              {100, 0.001},
                                              {600, 0.0009486832980505138},
                                              {1100, 0.0009000000000000001},
                                              {2100, 0.0008100000000000001}});
  params.warmup_steps = 0;
  params.staircase = true;
  check_values(Schedule(params, 1e-3, 3000),
               {{0, 0.001}, {999, 0.001}, {1000, 0.0009}, {1999, 0.0009}, {2000, 0.00081}});
  CHECK_FALSE(Schedule(params, 1e-3, 3000).floor().has_value());
  params.decay_steps = {};
  CHECK(Schedule(params, 1e-3, 3000).at(300) == Approx(0.0009));  // a tenth of the run
}

TEST_CASE("schedule: restarts give the reference rates with growing and with equal periods") {
  ScheduleParams params{
      .type = "cosine_decay_restarts", .warmup_steps = 0, .decay_steps = 1000, .alpha = 0.001};
  check_values(Schedule(params, 1e-3, 15000), {{0, 0.001},
                                               {250, 0.0008536998372026805},
                                               {500, 0.0005005},
                                               {999, 1.0024649316718226e-06},
                                               {1000, 0.0009001},
                                               {1500, 0.0007684298534824125},
                                               {2000, 0.00045055000000000003},
                                               {2999, 1.0005546099682813e-06},
                                               {3000, 0.0008101900000000001},
                                               {4000, 0.0006916868681341713},
                                               {6999, 1.0001247872621e-06},
                                               {7000, 0.0007292710000000001},
                                               {10000, 0.0005044841229859782},
                                               {14999, 1.0000280771350438e-06}});
  params.t_mul = 1;
  params.alpha = 0;
  check_values(Schedule(params, 1e-3, 15000), {{0, 0.001},
                                               {1000, 0.0009000000000000001},
                                               {2000, 0.0008100000000000001},
                                               {2500, 0.00040500000000000003},
                                               {10000, 0.0003486784401000001}});
}

TEST_CASE("schedule: without a first period, as many cycles as asked for fill the run") {
  const ScheduleParams params{.type = "cosine_decay_restarts", .warmup_steps = 500, .alpha = 0.001};
  check_values(Schedule(params, 1e-3, 7000), {{0, 1e-08},
                                              {499, 0.00099800002},
                                              {500, 0.001},
                                              {1428, 1.0028560999421076e-06},
                                              {1429, 0.0009001},
                                              {3286, 1.000642622946284e-06},
                                              {3287, 0.0008101900000000001},
                                              {6999, 1.0023134409531073e-06}});
  for (const std::int64_t steps : {1, 7, 100, 6504, 6505, 9999}) {
    const Schedule schedule({.type = "cosine_decay_restarts", .warmup_steps = 0, .t_mul = 1.7}, 1, steps);
    std::int64_t restarts = 0;
    for (std::int64_t s = 1; s < steps; ++s) restarts += schedule.at(s) > schedule.at(s - 1);
    CHECK(restarts <= 2);
    CHECK((steps < 100 || restarts == 2));
  }
}

TEST_CASE("schedule: polynomial decay is a straight line of power 1, a parabola of power 2") {
  ScheduleParams params{.type = "polynomial_decay", .warmup_steps = 0, .alpha = 0.1};
  check_values(Schedule(params, 1, 100), {{0, 1}, {50, 0.55}, {100, 0.1}, {200, 0.1}});
  params.power = 2;
  check_values(Schedule(params, 1, 100), {{0, 1}, {50, 0.325}, {100, 0.1}});
}

// PyTorch's StepLR with step_size 30 and gamma 0.1.
TEST_CASE("schedule: step decay falls to a tenth three times in a run") {
  const Schedule schedule({.type = "step_decay", .warmup_steps = 0}, 1, 90);
  check_values(schedule, {{0, 1}, {29, 1}, {30, 0.1}, {59, 0.1}, {60, 0.01}, {89, 0.01}});
  const Schedule mild({.type = "step_decay", .warmup_steps = 0, .decay_steps = 10, .decay_rate = 0.5}, 1, 90);
  check_values(mild, {{9, 1}, {10, 0.5}, {25, 0.25}});
}

// PyTorch's OneCycleLR(max_lr=1, total_steps=101, pct_start=31/101, div_factor=25, final_div_factor=400) has
// its peak at step 30 and its end at step 100.
TEST_CASE("schedule: one cycle rises and falls as PyTorch's") {
  const Schedule schedule({.type = "one_cycle"}, 1, 100);
  CHECK(schedule.warmup_steps() == 30);
  check_values(
      schedule,
      {{0, 0.04}, {10, 0.28}, {15, 0.52}, {30, 1}, {50, 0.8117637264392739}, {65, 0.50005}, {100, 0.0001}});
}

TEST_CASE("schedule: warmup, stable, decay is flat until the last fifth") {
  const Schedule schedule({.type = "warmup_stable_decay", .warmup_steps = 10, .alpha = 0}, 1, 100);
  check_values(schedule, {{5, 0.5 + 0.5e-8}, {10, 1}, {80, 1}, {90, 0.5}, {99, 0.05}, {100, 0}, {200, 0}});
  const Schedule early({.type = "warmup_stable_decay", .warmup_steps = 0, .decay_steps = 50, .alpha = 0.2}, 1,
                       100);
  check_values(early, {{50, 1}, {75, 0.6}, {100, 0.2}});
}

TEST_CASE("schedule: on plateaus the rate falls by the given rate, but not below the floor") {
  const Schedule schedule({.type = "reduce_on_plateau", .warmup_steps = 4, .alpha = 0.005}, 1, 100);
  CHECK(schedule.at(50) == 1);
  CHECK(schedule.at(50, 1) == Approx(0.1));
  CHECK(schedule.at(50, 2) == Approx(0.01));
  CHECK(schedule.at(50, 3) == Approx(0.005));
  CHECK(schedule.at(0, 3) == Approx(1e-8));
}

TEST_CASE("schedule: only what does not depend on the length of the run goes on in a longer one") {
  const auto bound = [](ScheduleParams params) { return params.bound_to_length(); };
  CHECK(bound({.type = "exponential_decay", .warmup_steps = 3, .decay_steps = 10}).empty());
  CHECK(bound({.type = "reduce_on_plateau", .warmup_steps = 3}).empty());
  CHECK(bound({.type = "step_decay", .warmup_steps = 3}) ==
        "\"step_decay\" comes down over the whole run; give \"schedule.decay_steps\" to go on instead");
  CHECK(bound({.type = "warmup_stable_decay", .warmup_steps = 3, .decay_steps = 10}) ==
        "\"warmup_stable_decay\" comes down at the end of the run");
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
  const auto rates = [](const ScheduleParams& params) {
    const Schedule schedule(params, 1e-3, 1000);
    std::vector<double> all;
    for (std::int64_t step = 0; step < 1000; ++step) all.push_back(schedule.at(step, step / 500));
    return all;
  };
  const auto standard = rates({});
  CHECK(rates({.type = "constant"}) != standard);
  CHECK(rates({.warmup_steps = 51}) != standard);
  CHECK(rates({.warmup_start_lr = 1e-7}) != standard);
  CHECK(rates({.decay_steps = 900}) != standard);
  CHECK(rates({.alpha = 0.1}) != standard);
  const auto exponential = [&](Auto<double> rate, bool stairs) {
    return rates({.type = "exponential_decay", .decay_rate = rate, .staircase = stairs});
  };
  CHECK(exponential({}, true) != exponential({}, false));
  CHECK(exponential(0.5, false) != exponential({}, false));
  CHECK(rates({.type = "polynomial_decay", .power = 2}) != rates({.type = "polynomial_decay"}));
  const auto restarts = [&](double t_mul, double m_mul, std::int64_t cycles) {
    return rates({.type = "cosine_decay_restarts", .t_mul = t_mul, .m_mul = m_mul, .cycles = cycles});
  };
  CHECK(restarts(2, 0.9, 3) != restarts(1.5, 0.9, 3));
  CHECK(restarts(2, 0.9, 3) != restarts(2, 0.8, 3));
  CHECK(restarts(2, 0.9, 3) != restarts(2, 0.9, 4));
}

TEST_CASE("schedule: parameters say what is wrong with them") {
  const auto read = [](const char* text) {
    return read_params<ScheduleParams>(parse_json(text), "train.params.schedule");
  };
  CHECK_THROWS_WITH(read(R"({"type": "cosine"})"),
                    "train.params.schedule.type: \"cosine\" is not allowed; it must "
                    "be one of \"cosine_decay\", \"exponential_decay\", \"cosine_decay_restarts\", "
                    "\"constant\", \"polynomial_decay\", \"step_decay\", \"one_cycle\", "
                    "\"warmup_stable_decay\", \"reduce_on_plateau\"; did you mean \"cosine_decay\"?");
  CHECK_THROWS_WITH(read(R"({"alpha": 2})"),
                    "train.params.schedule.alpha: 2 is not allowed; it must be from 0 to 1");
  CHECK(write_params(read("{}"))["warmup_steps"] == "auto");
}

TEST_CASE("schedule: a curve of one's own follows the warmup") {
  const Schedule schedule([](std::int64_t t) { return 1.0 / static_cast<double>(1 + t); }, 4, 0.2, 0);
  check_values(schedule, {{0, 0.2}, {2, 0.6}, {4, 1}, {5, 0.5}});
}

TEST_CASE("schedule: restarts of as many cycles as there may be cover the run from peak to floor") {
  for (const double t_mul : {1.0, 2.0, 1e308}) {
    for (const std::int64_t cycles : {1, 64, 1000}) {
      INFO(t_mul << " " << cycles);
      const Schedule schedule(
          {.type = "cosine_decay_restarts", .warmup_steps = 0, .t_mul = t_mul, .cycles = cycles}, 1e-3, 1000);
      CHECK(schedule.at(0) == 1e-3);
      CHECK(schedule.at(999) < 1e-3);
      CHECK(schedule.at(999) > 0);
    }
  }
}

TEST_CASE("schedule: rates are numbers at both ends of every setting") {
  constexpr auto longest = std::numeric_limits<std::int64_t>::max();
  constexpr double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::min();
  const auto check = [](const ScheduleParams& params) {
    for (const std::int64_t total : {std::int64_t{1}, std::int64_t{1000}, std::int64_t{1} << 52}) {
      INFO(write_params(params).dump() << " " << total);
      const Schedule schedule(params, 1e-3, total);
      for (const auto step : {std::int64_t{0}, total / 2, total - 1}) CHECK(schedule.at(step, 3) >= 0);
    }
  };
  for (const auto& type : ScheduleParams::types().names) {
    if (Extensions::of_training().schedule(type) != nullptr) continue;
    check({.type = type});
    check({.type = type, .warmup_steps = 0, .warmup_start_lr = 0.0});
  }
  for (const auto* type : {"cosine_decay", "cosine_decay_restarts", "exponential_decay", "step_decay",
                           "polynomial_decay", "one_cycle", "warmup_stable_decay"})
    check({.type = type, .decay_steps = longest});
  for (const double alpha : {0.0, 1.0}) check({.alpha = alpha});
  for (const double power : {least, most}) check({.type = "polynomial_decay", .power = power});
  for (const double rate : {least, 1.0})
    check({.type = "exponential_decay", .decay_steps = 1, .decay_rate = rate, .staircase = true});
  for (const double m_mul : {least, most})
    check({.type = "cosine_decay_restarts", .m_mul = m_mul, .cycles = 1000});
  check({.type = "cosine_decay_restarts", .decay_steps = 1, .t_mul = most});
  check({.type = "reduce_on_plateau",
         .decay_rate = least,
         .plateau_patience = longest,
         .plateau_min_delta = most});
}
