#include <memory>
#include <thread>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"

namespace {

constexpr int together = 8;

/// Starts several processes on one cold store, kills one of them or none (-1), and gives what they left.
std::vector<Outcome> run_together(const ScratchFolder& scratch, int victim,
                                  std::chrono::duration<double> after) {
  std::vector<std::unique_ptr<Process>> processes;
  for (int i = 0; i < together; ++i) {
    processes.push_back(std::make_unique<Process>(
        scratch.folder.path(),
        std::vector<std::string>{"run", "pipeline.json", "--json", "--threads", "1", "--store", "store",
                                 "--output-dir", "results-" + std::to_string(i)}));
  }
  if (victim >= 0) {
    std::this_thread::sleep_for(after);
    processes[static_cast<std::size_t>(victim)]->kill();
  }
  std::vector<Outcome> outcomes;
  for (auto& process : processes) outcomes.push_back(process->wait());
  return outcomes;
}

/// How often each stage and key was started, and which of them the killed process had not finished.
void check_counts(const std::vector<Outcome>& outcomes, int victim) {
  std::map<std::string, int> times;
  for (const auto& outcome : outcomes) {
    for (const auto& event : events_of(outcome.out)) {
      if (event.at("event") == "stage_started")
        ++times[event.at("node").get<std::string>() + " " + event.at("key").get<std::string>()];
    }
  }
  REQUIRE_FALSE(times.empty());
  for (const auto& [key, count] : times) {
    INFO(key);
    bool killed_at_it = false;
    if (victim >= 0) {
      const auto& lost = outcomes[static_cast<std::size_t>(victim)];
      const auto name = key.substr(0, key.find(' '));
      for (const auto& event : events_of(lost.out))
        killed_at_it = killed_at_it || (event.at("event") == "stage_started" && event.at("node") == name);
      for (const auto& line : computed(lost.out)) killed_at_it = killed_at_it && line != key;
    }
    CHECK(count <= (killed_at_it ? 2 : 1));
  }
}

}  // namespace

TEST_CASE("eight processes on one cold store agree, and compute each key once, even where one is killed") {
  Draws draws(4);
  for (int round = 0; round < rounds(3, 50); ++round) {
    const ScratchFolder scratch;
    const int victim = round % 2 == 1 ? static_cast<int>(draws.below(together)) : -1;
    const auto outcomes =
        run_together(scratch, victim, std::chrono::duration<double>(0.2 + 2.5 * draws.part()));
    INFO("round " << round << ", victim " << victim);
    check_counts(outcomes, victim);
    std::map<std::string, std::string> first;
    for (int i = 0; i < together; ++i) {
      if (i == victim) continue;
      INFO("process " << i << "\n" << outcomes[static_cast<std::size_t>(i)].err);
      REQUIRE(outcomes[static_cast<std::size_t>(i)].code == 0);
      const auto files = exported(scratch.folder / ("results-" + std::to_string(i)));
      if (first.empty()) first = files;
      CHECK(files == first);
    }
  }
}
