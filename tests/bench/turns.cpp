#include "tests/bench/turns.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// The CPU's time where one thread computes, which other programs do not change; else that of a clock.
double now() {
  timespec time{};
  clock_gettime(compute_threads() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds(const Body& body) {
  const auto begin = now();
  body();
  return now() - begin;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void compare(const std::string& name, std::function<std::pair<Body, Body>()> make) {
  const auto run = [make = std::move(make)](benchmark::State& state) {
    const auto [plain, own] = make();
    plain();
    own();
    std::vector<double> plains, owns, gains;
    for (auto _ : state) {
      const bool plain_first = gains.size() % 2 == 0;
      double first = seconds(plain_first ? plain : own), second = seconds(plain_first ? own : plain);
      if (!plain_first) std::swap(first, second);
      state.SetIterationTime(second);
      plains.push_back(first);
      owns.push_back(second);
      gains.push_back(first / second);
    }
    state.counters["plain_us"] = 1e6 * median(plains);
    state.counters["own_us"] = 1e6 * median(owns);
    state.counters["gain"] = median(gains);
    state.counters["best_gain"] = std::ranges::min(plains) / std::ranges::min(owns);
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

}  // namespace fovea
