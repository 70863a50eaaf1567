#include "graph/plan.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"
#include "tests/graph/memory.hpp"

using namespace fovea;

namespace {

Graph bakery_graph(double gap, std::int64_t threads = 1, std::uint64_t seed = 0) {
  Graph g("bakery", seed);
  const auto harvest = g.add<example::Harvest>({});
  const auto mill =
      g.add<example::Mill>({.grain = harvest.grain}, {.stones = {.gap = gap}, .threads = threads});
  g.add<example::Bake>({.flour = mill.flour, .grain = mill.bran});
  return g;
}

Graph dairy(std::int64_t days, bool even) {
  Graph g;
  g.add<example::Age>({.grain = g.add<example::Harvest>({}).grain}, {.days = days, .even = even});
  return g;
}

/// Ends in a stage of a library that gives something.
Graph dough_graph() {
  Graph g("dough");
  const auto harvest = g.add<example::Harvest>({});
  const auto mill = g.add<example::Mill>({.grain = harvest.grain});
  g.add<example::Knead>({.flour = mill.flour});
  return g;
}

}  // namespace

TEST_CASE("plan: SHA-256 of \"abc\" is that of FIPS 180-2") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("plan: what never ran has to run, and what waits for it too") {
  Memory memory;
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) ==
        "run(nothing like it ran before) run(\"harvest\" runs before it) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: what ran is a hit") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: a changed parameter runs its stage and what follows, and is named") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  CHECK(statuses(plan(bakery_graph(0.25), memory.world())) ==
        "hit run(stones.gap: 0.5 -> 0.25) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: a tuning parameter changes nothing") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1));
  CHECK(statuses(plan(bakery_graph(0.5, 8), memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: the seed counts only for stages that say so") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 0));
  CHECK(statuses(plan(bakery_graph(0.5, 1, 3), memory.world())) ==
        "hit run(seed: 0 -> 3) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: a stage with seed 3 has the key that it has in a pipeline with seed 3") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 3));
  Graph g("bakery", 0);
  const auto harvest = g.add<example::Harvest>({});
  const auto mill = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{3});
  g.add<example::Bake>({.flour = mill.flour, .grain = mill.bran});
  CHECK(statuses(plan(g, memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: a list enters the key with all its wires, and in their order") {
  Memory memory;
  const auto blended = [](std::uint64_t first, std::uint64_t second) {
    Graph g;
    const auto harvest = g.add<example::Harvest>({});
    const auto one = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{first});
    const auto other = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{second});
    g.add<example::Blend>({.flours = {one.flour, other.flour}, .topping = harvest.grain});
    return g;
  };
  memory.run(blended(1, 2));
  CHECK(statuses(plan(blended(1, 2), memory.world())) == "hit hit hit hit ");
  CHECK(statuses(plan(blended(2, 1), memory.world())) ==
        "hit hit hit run(input \"flours\" has other content) ");
  const auto parts = memory.records.back().parts;
  CHECK(parts["inputs"]["flours"].size() == 2);
  CHECK(parts["inputs"]["topping"].is_string());
}

TEST_CASE("plan: a result that other numerics made is a hit, and what differs is told") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  memory.numerics = {{"heat", "cold"}, {"ovens", 2}};
  const auto planned = plan(bakery_graph(0.5), memory.world());
  CHECK(statuses(planned) == "hit hit hit ");
  CHECK(planned[0].made_with.empty());
  CHECK(planned[2].made_with == "heat hot, without ovens");
}

TEST_CASE("plan: of two numerics those at hand are taken, or else the newest") {
  Memory memory;
  const auto run_with = [&](const char* heat) {
    memory.numerics = {{"heat", heat}};
    memory.run(bakery_graph(0.5));
  };
  run_with("hot");
  run_with("warm");
  const auto heat = [&](const char* here) {
    memory.numerics = {{"heat", here}};
    return plan(bakery_graph(0.5), memory.world())[2].record->numerics.at("heat");
  };
  CHECK(heat("hot") == "hot");
  CHECK(heat("warm") == "warm");
  CHECK(heat("cold") == "warm");
}

TEST_CASE("plan: where the same numerics are wanted, what others made has to run") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  const auto wanted = [&] {
    return statuses(plan(bakery_graph(0.5), memory.world(), {.same_numerics = true}));
  };
  CHECK(wanted() == "hit hit hit ");
  memory.numerics = {{"heat", "cold"}};
  CHECK(wanted() == "hit hit run(was made with heat hot) ");
}

TEST_CASE("plan: numerics that one went on to from another's progress are equal to neither") {
  const Json hot = {{"heat", "hot"}}, cold = {{"heat", "cold"}};
  const auto both = joined_numerics(hot, cold);
  CHECK(both == Json::array({hot, cold}));
  CHECK(joined_numerics(hot, hot) == hot);
  CHECK(joined_numerics(both, cold) == both);
  CHECK(joined_numerics(both, hot) == Json::array({hot, cold, hot}));
  CHECK(made_with(both, cold) == "heat hot, then what is here");
}

TEST_CASE("plan: the bytes of a source file count, its path does not") {
  Memory memory;
  Graph g;
  g.add<example::Harvest>({}, {.field_path = "/east/field"});
  memory.run(g);
  Graph moved;
  moved.add<example::Harvest>({}, {.field_path = "/west/field"});
  CHECK(statuses(plan(moved, memory.world())) == "hit ");
  memory.contents = "rye";
  CHECK(statuses(plan(g, memory.world())) == "run(file \"field\" has other content) ");
}

TEST_CASE("plan: what ran on other data, or behind other stages, is not compared with") {
  Memory memory;
  const auto harvest_of = [](const std::string& field, std::int64_t tons) {
    Graph g;
    g.add<example::Mill>({.grain = g.add<example::Harvest>({}, {.field_path = field, .tons = tons}).grain});
    return g;
  };
  memory.run(harvest_of("/east/field", 3));
  memory.contents = "rye";
  const auto other = plan(harvest_of("/west/field", 4), memory.world());
  CHECK(statuses(other) == "run(nothing like it ran before) run(\"harvest\" runs before it) ");
  CHECK_FALSE(other[0].seconds);
  CHECK_FALSE(other[1].seconds);
  const auto same = plan(harvest_of("/east/field", 4), memory.world());
  CHECK(same[0].why == "file \"field\" has other content; tons: 3 -> 4");
  CHECK(same[0].seconds == 2);
  CHECK(same[1].seconds == 2);
}

TEST_CASE("plan: seconds grow with how far a stage goes") {
  Memory memory;
  memory.run(dairy(10, false));
  CHECK(plan(dairy(30, false), memory.world())[1].seconds == 6);
  CHECK(plan(dairy(5, false), memory.world(), {.force = {"harvest"}})[1].seconds == 1);
}

TEST_CASE("plan: a plugin that was built anew runs its stages, and is the reason") {
  Memory memory;
  const auto with = [&](const char* digest) {
    static StageInfo mill;
    mill = stage_info<example::Mill>();
    mill.code = {{"libmill.so", digest}};
    Graph g;
    g.add<example::Harvest>({});
    g.add("mill", mill, Json::object(), {{0, 0, 0}});
    return g;
  };
  memory.run(with("aa"));
  CHECK(statuses(plan(with("aa"), memory.world())) == "hit hit ");
  CHECK(statuses(plan(with("bb"), memory.world())) == "hit run(plugin \"libmill.so\" has other content) ");
}

TEST_CASE("plan: the nearest earlier run is the one compared with") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 0));
  memory.run(bakery_graph(0.75, 1, 9));
  CHECK(plan(bakery_graph(0.75, 1, 0), memory.world())[1].why == "seed: 9 -> 0");
}

TEST_CASE("plan: a forced stage runs though its result is there") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  const auto planned = plan(bakery_graph(0.5), memory.world(), {.force = {"mill"}});
  CHECK(statuses(planned) == "hit run(forced) run(\"mill\" runs before it) ");
  CHECK(planned[1].seconds == 2);
  CHECK(error_of([&] { plan(bakery_graph(0.5), memory.world(), {.force = {"mil"}}); }) ==
        "unknown stage \"mil\"; did you mean \"mill\"?");
}

TEST_CASE("plan: what is lost runs again where it is wanted, and what follows it stays a hit") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  const auto planned = plan(bakery_graph(0.5), memory.world());
  memory.lost = {planned[0].record->objects[0], planned[1].record->objects[1]};
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
  CHECK(statuses(plan(bakery_graph(0.5), memory.world(), {.force = {"bake"}})) ==
        "run(its result is no longer in the store) run(its result is no longer in the store) run(forced) ");
  CHECK(statuses(plan(bakery_graph(0.5).only({0, 1}), memory.world())) ==
        "run(its result is no longer in the store) run(its result is no longer in the store) ");
}

TEST_CASE("plan: what is lost is not made again where other numerics have made it") {
  Memory memory;
  memory.numerics = {{"heat", "cold"}};
  memory.run(dough_graph());
  memory.numerics = {{"heat", "hot"}};
  memory.run(dough_graph());
  memory.lost = {memory.records.back().objects[0]};
  const auto planned = plan(dough_graph(), memory.world());
  CHECK(planned[2].status == Status::hit);
  CHECK(planned[2].made_with == "heat cold");
  CHECK(statuses(plan(dough_graph(), memory.world(), {.same_numerics = true})) ==
        "hit hit run(its result is no longer in the store) ");
}

TEST_CASE("plan: what a stage reads brings back what that refers to") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  auto& mill = memory.records.at(1);
  const auto harvest = memory.records.at(0).objects[0];
  mill.references = {{harvest}, {}};
  memory.lost = {harvest};
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
  CHECK(statuses(plan(bakery_graph(0.5), memory.world(), {.force = {"bake"}})) ==
        "run(its result is no longer in the store) hit run(forced) ");
}

namespace {

std::string age_key(const Graph& g, Memory& memory) {
  const std::vector<std::string> inputs{"grain"};
  return progress_key(g.nodes()[1], key_parts(g, 1, inputs, memory.world()));
}

}  // namespace

TEST_CASE("plan: saved progress makes a stage partial") {
  Memory memory;
  memory.run(dairy(10, true).only({0}));
  memory.position = Position{2, 812};
  const auto planned = plan(dairy(10, true), memory.world());
  CHECK(planned[1].status == Status::partial);
  CHECK(planned[1].progress == "day 3 of 10, step 812");
  CHECK(planned[1].made_with.empty());
  CHECK_FALSE(planned[1].seconds);
  memory.run(dairy(20, true));
  CHECK(plan(dairy(10, true), memory.world())[1].seconds == Approx(0.8));  // of 2 s for 20 days
  memory.position = Position{3, 0};
  CHECK(plan(dairy(10, true), memory.world())[1].progress == "day 4 of 10");
  memory.position = Position{10, 0};
  CHECK(plan(dairy(10, true), memory.world())[1].progress == "the end of day 10 of 10");
}

TEST_CASE("plan: progress of other numerics goes on, which is told, unless equal ones are wanted") {
  Memory memory;
  memory.run(dairy(10, true).only({0}));
  memory.position = Position{2, 0};
  memory.numerics_of_progress = {{"heat", "cold"}};
  const auto planned = plan(dairy(10, true), memory.world());
  CHECK(planned[1].status == Status::partial);
  CHECK(planned[1].made_with == "heat cold");
  CHECK(plan(dairy(10, true), memory.world(), {.same_numerics = true})[1].status == Status::run);
}

TEST_CASE("plan: lengths share their progress unless they decide the first step, and then the plan says so") {
  Memory memory;
  CHECK(age_key(dairy(10, false), memory) == age_key(dairy(20, false), memory));
  CHECK(age_key(dairy(10, true), memory) != age_key(dairy(20, true), memory));
  memory.run(dairy(10, true));
  CHECK(plan(dairy(20, true), memory.world())[1].why ==
        "days: 10 -> 20; starts again, because salt is spread over all days");
  memory.run(dairy(10, false));
  CHECK(plan(dairy(20, false), memory.world())[1].why == "days: 10 -> 20");
}

TEST_CASE("plan: a file that is new and one that is gone are told as such") {
  Memory memory;
  Graph g("bakery");
  g.add<example::Harvest>({}, {.field_path = "/a/field"});
  memory.run(g);
  memory.records[0].key = "other";
  memory.records[0].parts["files"] = {{"meadow", "barley"}};
  CHECK(statuses(plan(g, memory.world())) == "run(file \"field\" is new; file \"meadow\" is gone) ");
}
