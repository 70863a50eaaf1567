#include <unistd.h>

#include <algorithm>

#include "runtime/run.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/bench.hpp"

using namespace fovea;
using namespace arithmetic;

namespace {

Graph count(std::int64_t to, bool bound = false) {
  Graph g;
  g.add<Count>({}, {.to = to, .bound = bound});
  return g;
}

std::size_t count_files(const std::filesystem::path& folder) {
  std::size_t files = 0;
  if (!std::filesystem::exists(folder)) return 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    files += entry.is_regular_file();
  return files;
}

/// Runs until `count` has come to 3, and stops there.
RunResult interrupted(Bench& bench, const Graph& graph) {
  const Inside stopping([](Context&) {
    if (runs == 3) throw Stopped{};
  });
  return bench.run(graph);
}

}  // namespace

TEST_CASE("run: a stopped stage goes on from its progress, and says from where") {
  Bench bench;
  CHECK(interrupted(bench, count(5)).stopped);
  const auto planned = plan(count(5), bench.world);
  CHECK(planned[0].status == Status::partial);
  CHECK(planned[0].progress == "number 4 of 5");
  const auto result = bench.run(count(5));
  CHECK(runs == 2);
  CHECK(result.nodes[0].from == "number 4 of 5");
  CHECK(bench.value(result, 0) == 5);
}

TEST_CASE("run: a finished stage goes on to a farther end where the end does not decide the way") {
  Bench bench;
  bench.run(count(3));
  const auto farther = bench.run(count(5));
  CHECK(runs == 2);
  CHECK(bench.value(farther, 0) == 5);
  bench.run(count(4));
  CHECK(runs == 4);
}

TEST_CASE("run: progress of another key is never picked up, and finished progress is removed") {
  Bench bench;
  CHECK(interrupted(bench, count(5, true)).stopped);
  bench.run(count(6, true));
  CHECK(runs == 6);
  bench.run(count(5, true));
  CHECK(runs == 2);
  CHECK(count_files(bench.folder / "store/progress") == 0);
}

TEST_CASE("run: force begins anew whatever progress there is") {
  Bench bench;
  CHECK(interrupted(bench, count(5)).stopped);
  bench.run(count(5), {.threads = 1, .force = {"count"}});
  CHECK(runs == 5);
}

TEST_CASE("run: a result that other numerics made is used, and in what they differ is told") {
  Bench bench;
  const MadeHere far("far");
  bench.run(count(3, true));
  const MadeHere near("near");
  const auto found = bench.run(count(3, true));
  CHECK(runs == 0);
  CHECK(found.nodes[0].made_with == "machine far");
  const auto again = bench.run(count(3, true), {.threads = 1, .same_numerics = true});
  CHECK(runs == 3);
  CHECK(again.nodes[0].made_with.empty());
  CHECK(bench.store.records("count", again.nodes[0].record.key).size() == 2);
  CHECK(bench.run(count(3, true)).nodes[0].record.numerics.at("machine") == "near");
}

TEST_CASE("run: unfinished work goes on with other numerics, says so, and its record names both") {
  Bench bench;
  {
    const MadeHere far("far");
    CHECK(interrupted(bench, count(5)).stopped);
  }
  const MadeHere near("near");
  CHECK(plan(count(5), bench.world)[0].made_with == "machine far");
  const auto result = bench.run(count(5));
  CHECK(runs == 2);
  CHECK(result.nodes[0].record.numerics == Json::array({{{"machine", "far"}}, {{"machine", "near"}}}));
  CHECK(result.nodes[0].made_with == "machine far, then what is here");
  const auto told = std::find_if(bench.events.all.begin(), bench.events.all.end(),
                                 [](const Event& event) { return event.name == "other_numerics"; });
  REQUIRE(told != bench.events.all.end());
  CHECK(told->line == "goes on from progress made with machine far; the last digits will differ");
}

TEST_CASE("run: where the same numerics are wanted, progress of others is left alone") {
  Bench bench;
  {
    const MadeHere far("far");
    CHECK(interrupted(bench, count(5)).stopped);
  }
  const MadeHere near("near");
  const auto result = bench.run(count(5), {.threads = 1, .same_numerics = true});
  CHECK(runs == 5);
  CHECK(result.nodes[0].record.numerics == Json{{"machine", "near"}});
}

TEST_CASE("run: results of one key that other numerics made may differ, and are no sign of anything") {
  Bench bench;
  Graph g;
  g.add<Drifting>({}, {.value = 1});
  drift = 0;
  bench.run(g);
  drift = 0.5;
  const MadeHere elsewhere("elsewhere");
  bench.run(g, {.threads = 1, .same_numerics = true});
  CHECK(count_files(bench.folder / "store/nondeterministic") == 0);
  drift = 0.25;
  bench.run(g, {.threads = 1, .force = {"drifting"}});
  CHECK(count_files(bench.folder / "store/nondeterministic") == 1);
}

TEST_CASE("run: what a stage warned of is told again whenever its result is used") {
  Bench bench;
  const Inside warning([](Context& context) {
    context.warn("a digit is lost");
    context.warn("a digit is lost");
  });
  Graph g;
  g.add<Constant>("first", {}, {.value = 1});
  bench.run(g);
  bench.events.all.clear();
  Graph other;
  other.add<Constant>("second", {}, {.value = 1});
  CHECK(bench.run(other).nodes[0].end == End::hit);
  std::vector<std::string> told;
  for (const auto& event : bench.events.all) {
    if (event.name == "warning") told.push_back(event.line);
  }
  CHECK(told == std::vector<std::string>{"second: a digit is lost"});
}

TEST_CASE("run: what a stage warned of before it was interrupted is told again, and belongs to its result") {
  Bench bench;
  const auto warnings = [&] {
    std::vector<std::string> told;
    for (const auto& event : bench.events.all) {
      if (event.name == "warning") told.push_back(event.line);
    }
    bench.events.all.clear();
    return told;
  };
  const std::vector<std::string> lost{"count: a digit is lost"};
  {
    const Inside stopping([](Context& context) {
      if (runs == 1) context.warn("a digit is lost");
      if (runs == 3) throw Stopped{};
    });
    CHECK(bench.run(count(5)).stopped);
  }
  CHECK(warnings() == lost);
  const auto record = bench.run(count(5)).nodes[0].record;
  CHECK(runs == 2);
  CHECK(record.warnings == std::vector<std::string>{"a digit is lost"});
  CHECK(warnings() == lost);
  bench.run(count(7));
  CHECK(runs == 2);
  CHECK(warnings() == lost);
  bench.run(count(7), {.threads = 1, .force = {"count"}});
  CHECK(warnings().empty());
}

/// What `Drifting` gives, and twice as much.
Graph twice_drifting() {
  Graph g;
  const auto first = g.add<Drifting>({}, {.value = 1});
  g.add<Sum>({.a = first.number, .b = first.number});
  return g;
}

TEST_CASE("run: a result that differs under the same key is told, noted and used") {
  Bench bench;
  drift = 0;
  const auto g = twice_drifting();
  bench.run(g);
  drift = 0.5;
  const auto again = bench.run(g, {.threads = 1, .force = {"drifting"}});
  CHECK(bench.value(again, 1) == 3);
  CHECK(count_files(bench.folder / "store/nondeterministic") == 1);
  std::string warning;
  for (const auto& event : bench.events.all) {
    if (event.name == "warning") warning = event.line;
  }
  CHECK(warning.starts_with("drifting: \"number\" is not what the same key gave on "));
  CHECK(warning.find("; first in dataset \"value\", by at most 0.5; ") != std::string::npos);
}

TEST_CASE("run: a lost result that comes back with other bytes makes what follows run again") {
  Bench bench;
  drift = 0;
  const auto g = twice_drifting();
  const auto before = bench.run(g);
  std::filesystem::remove(bench.store.object_path(before.nodes[0].record.objects[0]));
  drift = 0.5;
  const auto after = bench.run(g);
  REQUIRE(after.done());
  CHECK(bench.value(after, 1) == 3);
}

TEST_CASE("run: a result of a newer program that is made again is no sign of an unrepeatable stage") {
  Bench bench;
  Graph g;
  g.add<Constant>({}, {.value = 1});
  auto record = bench.run(g).nodes[0].record;
  const Amount value{1};
  auto newer = Amount::codec();
  newer.version = 9;
  record.objects = {bench.store.publish(newer, &value)};
  bench.store.keep(record);
  CHECK_FALSE(bench.store.load(Amount::codec(), record.objects[0]));
  CHECK(bench.run(g).nodes[0].end == End::ran);
  CHECK(count_files(bench.folder / "store/nondeterministic") == 0);
}

TEST_CASE("run: a store that can't be written is read, and the rest is computed for this run only") {
  if (::geteuid() != 0) {
    skipped("needs root, who can give up the right to write for a while");
    return;
  }
  const Folder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::vector<std::string> warnings;
  const auto warn = [&](const std::string& line) { warnings.push_back(line); };
  Libraries libraries([](const std::string&) {});
  Events events;
  const auto run_once = [&](const Graph& graph) {
    Store store(folder / "store", warn);
    const auto world = world_of(store, [](const Node&) { return Json::object(); });
    runs = 0;
    const auto result = run(graph, store, world, libraries, events, {.threads = 1});
    INFO((result.error ? result.error->what() : "no error"));
    REQUIRE(result.done());
    CHECK(store.load(Amount::codec(), result.nodes[1].record.objects[0]));
  };
  Graph g;
  const auto a = g.add<Constant>({}, {.value = 1});
  g.add<Sum>({.a = a.number, .b = a.number});
  run_once(g);
  const auto before = count_files(folder / "store");
  REQUIRE(::seteuid(65534) == 0);
  Graph more;
  const auto b = more.add<Constant>({}, {.value = 1});
  more.add<Sum>({.a = b.number, .b = b.number}, {.limit = 7});
  run_once(g);
  CHECK(runs == 0);
  run_once(more);
  CHECK(runs == 1);
  REQUIRE(::seteuid(0) == 0);
  CHECK(count_files(folder / "store") == before);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].find("permission denied") != std::string::npos);
  CHECK(warnings[0].ends_with("; until then results are computed and shown, but not kept in this store"));
}
