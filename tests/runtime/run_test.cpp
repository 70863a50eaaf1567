#include "runtime/run.hpp"

#include <fstream>
#include <set>
#include <thread>

#include "runtime/run_directory.hpp"
#include "runtime/stream.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/bench.hpp"

using namespace fovea;
using namespace arithmetic;

namespace {

/// (a + b) + b, with a label that changes a's key but not its result.
Graph sums(double a, double b, const std::string& label = "x") {
  Graph g("sums");
  const auto first = g.add<Constant>("a", {}, {.value = a, .label = label});
  const auto second = g.add<Constant>("b", {}, {.value = b});
  const auto inner = g.add<Sum>("inner", {.a = first.number, .b = second.number});
  g.add<Sum>("outer", {.a = inner.sum, .b = second.number});
  return g;
}

}  // namespace

TEST_CASE("run: every stage runs once, in data order, and gives its result") {
  Bench bench;
  const auto result = bench.run(sums(1, 2));
  REQUIRE(result.done());
  CHECK(runs == 4);
  CHECK(bench.value(result, 3) == 5);
}

TEST_CASE("run: the second time every stage is a hit") {
  Bench bench;
  bench.run(sums(1, 2));
  const auto again = bench.run(sums(1, 2));
  CHECK(runs == 0);
  for (const auto& node : again.nodes) CHECK(node.end == End::hit);
  CHECK(bench.value(again, 3) == 5);
}

TEST_CASE("run: a changed parameter runs its stage and what follows, nothing else") {
  Bench bench;
  bench.run(sums(1, 2));
  const auto result = bench.run(sums(4, 2));
  CHECK(runs == 3);
  CHECK(result.nodes[1].end == End::hit);
  CHECK(bench.value(result, 3) == 8);
}

TEST_CASE("run: a list comes to its stage in order, from memory and from the store, beside other inputs") {
  Bench bench;
  const auto digits = [](std::initializer_list<double> values) {
    Graph g;
    std::vector<Ref<Amount>> list;
    for (const double value : values) list.push_back(g.add<Constant>({}, {.value = value}).number);
    g.add<Digits>({.digits = list, .base = g.add<Constant>({}, {.value = 10}).number});
    return g;
  };
  CHECK(bench.value(bench.run(digits({4, 2, 9})), 4) == 429);
  const auto turned = bench.run(digits({9, 2, 4}));
  CHECK(bench.value(turned, 4) == 924);
  CHECK(runs == 1);
  CHECK(bench.value(bench.run(digits({4, 4})), 3) == 44);
}

TEST_CASE("run: a stage is told its own seed, and what is there with that seed is found") {
  Bench bench;
  Graph single("draw", 3);
  single.add<Draw>({});
  bench.run(single);
  Graph g("draw", 7);
  g.add<Draw>({}, {}, Seed{3});
  g.add<Draw>({});
  const auto result = bench.run(g);
  CHECK(result.nodes[0].end == End::hit);
  CHECK(bench.value(result, 0) == 3);
  CHECK(bench.value(result, 1) == 7);
}

TEST_CASE("run: a stage that runs again with the same result costs nothing after it") {
  Bench bench;
  bench.run(sums(1, 2, "x"));
  const auto result = bench.run(sums(1, 2, "y"));
  CHECK(runs == 1);
  CHECK(result.nodes[2].end == End::hit);
  CHECK(result.nodes[3].end == End::hit);
}

TEST_CASE("run: a forced stage runs though its result is there") {
  Bench bench;
  bench.run(sums(1, 2));
  const auto result = bench.run(sums(1, 2), {.threads = 2, .force = {"inner"}});
  CHECK(runs == 1);
  CHECK(result.nodes[2].end == End::ran);
}

TEST_CASE("run: an error is told once with the stage's name, and finished stages are kept") {
  Bench bench;
  const auto result = bench.run(sums(900, 200));
  REQUIRE(result.error);
  CHECK(std::string(result.error->what()) == "inner: the sum is above \"limit\"; raise it");
  CHECK(result.nodes[2].end == End::failed);
  CHECK(result.nodes[3].end == End::skipped);
  bench.run(sums(900, 50));
  CHECK(runs == 3);
}

TEST_CASE("run: what is not an Error names the stage too, and memory that is short is told as such") {
  const auto told = [](auto error) {
    Bench bench;
    const Inside throws([&](Context&) { throw error; });
    Graph g;
    g.add<Constant>({});
    return std::string(bench.run(g).error->what());
  };
  CHECK(told(std::out_of_range("too far")) == "constant: too far");
  CHECK(told(std::bad_alloc()) ==
        "constant: not enough memory; end other programs, or give it less to hold, such as smaller batches");
}

TEST_CASE("run: a request to stop ends the run without an error, and finished stages are kept") {
  Bench bench;
  std::stop_source source;
  {
    const Inside stops([&](Context& context) {
      if (context.stage == "inner") source.request_stop();
      if (context.stop.stop_requested()) throw Stopped{};
    });
    const auto result = bench.run(sums(1, 2), {.threads = 2, .stop = source.get_token()});
    CHECK(result.stopped);
    CHECK_FALSE(result.error);
  }
  bench.run(sums(1, 2));
  CHECK(runs == 2);
}

TEST_CASE("run: independent stages run at once") {
  Bench bench;
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  const Inside meets([&](Context&) {
    const int count = ++now;
    most = std::max(most.load(), count);
    for (int i = 0; i < 200 && most < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --now;
  });
  Graph g;
  g.add<Constant>({}, {.value = 1});
  g.add<Constant>({}, {.value = 2});
  REQUIRE(bench.run(g).done());
  CHECK(most == 2);
}

TEST_CASE("run: with one thread the result is the same") {
  Bench one;
  Bench two;
  const auto a = one.run(sums(3, 4), {.threads = 1});
  const auto b = two.run(sums(3, 4), {.threads = 2});
  for (std::size_t i = 0; i < a.nodes.size(); ++i)
    CHECK(a.nodes[i].record.objects == b.nodes[i].record.objects);
}

TEST_CASE("run: a damaged object is set aside and its stage runs again") {
  Bench bench;
  const auto first = bench.run(sums(1, 2));
  const auto path = bench.store.object_path(first.nodes[0].record.objects[0]);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path)) - 1);
  file.put('!');
  file.close();
  Store fresh(bench.store.root(), [&](const std::string& line) { bench.warnings.push_back(line); });
  const auto world = world_of(fresh, [](const Node&) { return Json::object(); });
  runs = 0;
  auto graph = sums(1, 2);
  const auto inner = graph.find("inner");
  graph.add("more", stage_info<Sum>(), Json::object(), {{graph.find("a"), 0, 0}, {inner, 0, 1}});
  const auto result = fovea::run(graph, fresh, world, bench.libraries, bench.events, {.threads = 2});
  REQUIRE(result.done());
  CHECK(runs == 2);
  CHECK(bench.warnings.size() == 1);
}

TEST_CASE("run: a stage whose library can't be loaded is a clear error") {
  Bench bench;
  Graph g;
  const auto one = g.add<Constant>({}, {.value = 1});
  g.add<Far>({.a = one.number, .b = one.number});
  const auto result = bench.run(g);
  REQUIRE(result.error);
  CHECK(std::string(result.error->what())
            .starts_with("far: libfovea_no_such_library.so: not a library that loads here"));
}

TEST_CASE("run: stages of a library run on one thread of their own, one after another") {
  Bench bench;
  static StageInfo far = stage_info<Far>();
  far.run = &fovea::detail::run_stage<Sum>;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  const Inside notes([&](Context& context) {
    const std::lock_guard lock(mutex);
    if (context.stage.starts_with("far")) threads.insert(std::this_thread::get_id());
  });
  Graph g;
  const auto one = g.add<Constant>({}, {.value = 1});
  for (int i = 0; i < 5; ++i) {
    g.add("far" + std::to_string(i), far, {{"limit", 10 + i}},
          {{one.number.from().node, 0, 0}, {one.number.from().node, 0, 1}});
  }
  REQUIRE(bench.run(g).done());
  CHECK(runs == 6);
  CHECK(threads.size() == 1);
}

TEST_CASE("run: events tell when stages start and end") {
  Bench bench;
  Graph g;
  g.add<Constant>({}, {.value = 1});
  bench.run(g);
  REQUIRE(bench.events.all.size() == 2);
  CHECK(bench.events.all[0].name == "stage_started");
  CHECK(bench.events.all[1].name == "stage_finished");
  CHECK(bench.events.all[1].data["cached"] == false);
}

TEST_CASE("run: a stage that waits for a stream has it made, on whatever thread the stage is") {
  std::atomic<std::size_t> made = 0;
  const Inside reading([&](Context&) {
    Stream<std::size_t> stream(8, 2, 1, [](std::size_t index, std::size_t& item) { item = index; });
    while (stream.next() != nullptr) ++made;
  });
  for (double round = 10; round < 40; ++round) {
    Bench bench;
    CHECK(bench.run(sums(round, 2)).done());
  }
  CHECK(made == 30 * 4 * 8);
}

TEST_CASE(
    "run: an input that a later stage refuses is told as soon as it is there, and nothing else begins") {
  for (const bool was_there : {false, true}) {
    INFO("made before: " << was_there);
    Bench bench;
    Graph g("late");
    const auto data = g.add<Constant>("data", {}, {.value = 5});
    const auto slow = g.add<Sum>("slow", {.a = data.number, .b = data.number});
    g.add<Sum>("score", {.a = slow.sum, .b = data.number}, {.highest = 4});
    Graph before("before");
    before.add<Constant>("data", {}, {.value = 5});
    if (was_there) REQUIRE(bench.run(before).done());
    const auto result = bench.run(g);
    REQUIRE(result.error);
    CHECK(result.error->what() == std::string("score: \"highest\" is below 5.000000; raise it"));
    CHECK(result.nodes[1].end == End::skipped);
    CHECK(result.nodes[2].end == End::failed);
  }
}

TEST_CASE("run: to keep going, a refused stage fails alone, once, and one that is there is not asked again") {
  Bench bench;
  Graph g("late");
  const auto data = g.add<Constant>("data", {}, {.value = 5});
  const auto slow = g.add<Sum>("slow", {.a = data.number, .b = data.number});
  g.add<Sum>("score", {.a = slow.sum, .b = data.number}, {.highest = 4});
  const auto result = bench.run(g, {.threads = 2, .keep_going = true});
  CHECK(result.later_errors.empty());
  CHECK(result.nodes[2].end == End::failed);
  CHECK(bench.value(result, 1) == 10);
  Graph of_slow("slow");
  const auto again = of_slow.add<Constant>("data", {}, {.value = 5});
  of_slow.add<Sum>("slow", {.a = again.number, .b = again.number});
  CHECK(bench.run(of_slow).done());
  CHECK(runs == 0);
}

TEST_CASE("run: a stage that can't run here is told before anything begins, unless its result is there") {
  Bench bench;
  Graph g("here");
  const auto one = g.add<Constant>("one", {}, {.value = 1});
  g.add<Sum>("two", {.a = one.number, .b = one.number});
  const auto refuse = [](const Node& node) {
    if (node.name == "two") throw Error("not here");
  };
  const auto refused = bench.run(g, {.threads = 1, .expect_can_run = refuse});
  REQUIRE(refused.error);
  CHECK(refused.error->what() == std::string("two: not here"));
  CHECK(runs == 0);
  bench.run(g);
  CHECK(bench.run(g, {.threads = 1, .expect_can_run = refuse}).done());
}

TEST_CASE("run: to keep going, what does not depend on a failed stage runs, and every error is told") {
  Bench bench;
  Graph g("branches");
  const auto one = g.add<Constant>("one", {}, {.value = 1});
  const auto bad = g.add<Sum>("bad", {.a = one.number, .b = one.number}, {.limit = 1});
  g.add<Sum>("behind", {.a = bad.sum, .b = one.number});
  g.add<Sum>("worse", {.a = one.number, .b = one.number}, {.limit = 0});
  const auto good = g.add<Sum>("good", {.a = one.number, .b = one.number});
  g.add<Sum>("last", {.a = good.sum, .b = one.number});
  const auto result = bench.run(g, {.threads = 2, .keep_going = true});
  REQUIRE(result.error);
  REQUIRE(result.later_errors.size() == 1);
  const std::set<std::string> told{result.error->what(), result.later_errors[0].what()};
  CHECK(told == std::set<std::string>{"bad: the sum is above \"limit\"; raise it",
                                      "worse: the sum is above \"limit\"; raise it"});
  CHECK(result.nodes[2].end == End::skipped);
  CHECK(bench.value(result, 5) == 3);
}
