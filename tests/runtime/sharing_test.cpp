#include <condition_variable>
#include <future>
#include <map>
#include <thread>

#include "runtime/store/lease.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/bench.hpp"

using namespace fovea;
using namespace arithmetic;

namespace {

/// A second runner on the same store, as another process is one.
struct Colleague {
  Store store;
  World world = world_of(store, [](const Node&) { return Json::object(); });
  Libraries libraries{[](const std::string&) {}};
  Events events;
  explicit Colleague(const std::filesystem::path& root) : store(root, [](const std::string&) {}) {}
  RunResult run(const Graph& graph) {
    return fovea::run(graph, store, world, libraries, events, {.threads = 1});
  }
};

/// Stages "1", "2", ... that wait for nothing, on the compute thread or not.
Graph stages(const std::vector<int>& numbers, bool far) {
  static const StageInfo compute = [] {
    auto info = stage_info<Far>();
    info.run = &fovea::detail::run_stage<Sum>;
    return info;
  }();
  Graph g;
  const auto one = g.add<Constant>("one", {}, {.value = 1});
  const auto from = g.find("one");
  for (const int number : numbers) {
    const auto name = std::to_string(number);
    if (far) g.add(name, compute, {{"limit", number + 10}}, {{from, 0, 0}, {from, 0, 1}});
    if (!far) g.add<Sum>(name, {.a = one.number, .b = one.number}, {.limit = number + 10.0});
  }
  return g;
}

/// Counts what runs, and lets stages wait until something was counted.
class Counts {
 public:
  void add(const std::string& stage) {
    const std::lock_guard lock(mutex_);
    ++counts_[stage];
    changed_.notify_all();
  }
  bool wait_for(const std::string& stage, int count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return counts_[stage] >= count; });
  }
  int of(const std::string& stage) {
    const std::lock_guard lock(mutex_);
    return counts_[stage];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> counts_;
};

std::size_t times(Events& events, const std::string& name) {
  return static_cast<std::size_t>(std::count_if(events.all.begin(), events.all.end(),
                                                [&](const Event& event) { return event.name == name; }));
}

/// Two runners: one computes "1" until the other, which wants "1" as well, has computed "2".
void check_goes_on(const std::vector<int>& order, bool far) {
  Bench bench;
  Colleague other(bench.store.root());
  Counts counts;
  std::atomic<bool> went_on = true;
  const Inside waits([&](Context& context) {
    counts.add(context.stage);
    if (context.stage == "1" && !counts.wait_for("2")) went_on = false;
  });
  std::thread elsewhere([&] { other.run(stages({1}, far)); });
  CHECK(counts.wait_for("1"));
  const auto graph = stages(order, far);
  const auto result = bench.run(graph, {.threads = 1});
  elsewhere.join();
  CHECK(went_on);
  CHECK(result.done());
  CHECK(counts.of("1") == 1);
  CHECK(counts.of("2") == 1);
  CHECK(result.nodes[graph.find("1")].end == End::hit);
}

}  // namespace

TEST_CASE("run: what another process computes is put off, and what is free goes on") {
  check_goes_on({1, 2}, false);
  check_goes_on({2, 1}, false);
}

TEST_CASE("run: a stage that waits does not hold the compute thread") {
  check_goes_on({1, 2}, true);
  check_goes_on({2, 1}, true);
}

TEST_CASE("run: two runs of the same stages share them, so that each is computed once and none is idle") {
  for (const bool far : {false, true}) {
    Bench bench;
    Colleague other(bench.store.root());
    const auto graph = stages({1, 2, 3, 4, 5, 6}, far);
    Counts counts;
    const Inside meet([&](Context& context) {
      counts.add(context.stage);
      if (context.stage == "one") return;
      counts.add("all");
      counts.wait_for("all", 2);  // so the first that computes goes on only when a second does
    });
    RunResult theirs;
    std::thread elsewhere([&] { theirs = other.run(graph); });
    const auto ours = bench.run(graph, {.threads = 1});
    elsewhere.join();
    REQUIRE(ours.done());
    REQUIRE(theirs.done());
    for (int number = 1; number <= 6; ++number) CHECK(counts.of(std::to_string(number)) == 1);
    std::array<int, 2> computed{};
    for (std::size_t i = 1; i < graph.nodes().size(); ++i) {
      CHECK((ours.nodes[i].end == End::ran) + (theirs.nodes[i].end == End::ran) == 1);
      ++computed[ours.nodes[i].end == End::ran ? 0 : 1];
    }
    CHECK(std::min(computed[0], computed[1]) > 0);
  }
}

TEST_CASE("run: who waits for others is told so once, and leaves at once when that is asked") {
  for (const bool far : {false, true}) {
    Bench bench;
    Colleague other(bench.store.root());
    Counts counts;
    std::promise<void> over;
    const Inside waits([&, ended = over.get_future().share()](Context& context) {
      counts.add(context.stage);
      if (context.stage == "1") ended.wait();
    });
    std::thread elsewhere([&] { other.run(stages({1}, far)); });
    CHECK(counts.wait_for("1"));
    std::stop_source stop;
    std::thread impatient([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));  // long enough for several tries
      stop.request_stop();
    });
    const auto result = bench.run(stages({1}, far), {.threads = 1, .stop = stop.get_token()});
    CHECK(result.stopped);
    CHECK(times(bench.events, "waiting") == 1);
    CHECK(counts.of("1") == 1);
    over.set_value();
    elsewhere.join();
    impatient.join();
  }
}

TEST_CASE("run: two stages of one graph with the same key are computed once") {
  Bench bench;
  Graph g;
  for (const auto* const name : {"a", "b", "c"}) g.add<Constant>(name, {}, {.value = 1});
  const auto result = bench.run(g, {.threads = 3});
  CHECK(result.done());
  CHECK(runs == 1);
}
