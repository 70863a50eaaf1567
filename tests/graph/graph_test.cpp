#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;

TEST_CASE("graph: composed in C++, it prints itself in data order") {
  CHECK(example::bakery().text() ==
        "bakery (seed 7)\n"
        "  harvest = harvest() {\"tons\":5}\n"
        "  mill = mill(grain: harvest.grain) {\"stones\":{\"gap\":0.2},\"threads\":4}\n"
        "  bake = bake(flour: mill.flour, grain: mill.bran)\n");
}

TEST_CASE("graph: a stage that is added twice gets a number behind its name") {
  Graph g;
  g.add<example::Harvest>({});
  const auto second = g.add<example::Harvest>({}, {.tons = 9});
  CHECK(g.nodes()[second.grain.node].name == "harvest_2");
}

TEST_CASE("graph: a name of one's own must be free and plain") {
  Graph g;
  g.add<example::Harvest>("wheat", {});
  CHECK(error_of([&] { g.add<example::Harvest>("wheat", {}); }) ==
        "stage \"wheat\" is there already; give one of the two another name");
  CHECK(error_of([&] { g.add<example::Harvest>("a/b", {}); }) ==
        "stage name \"a/b\": only letters, digits, \"_\" and \"-\" are allowed");
  CHECK(error_of([] { Graph("my pipeline"); }) ==
        "pipeline name \"my pipeline\": only letters, digits, \"_\" and \"-\" are allowed");
}

TEST_CASE("graph: a parameter out of its range is an error where the stage is added") {
  Graph g;
  CHECK(error_of([&] { g.add<example::Harvest>({}, {.tons = 0}); }) ==
        "stages.harvest.params.tons: 0 is not allowed; it must be from 1 to 100");
}

TEST_CASE("graph: a part of it holds a stage and all that it needs") {
  const auto g = example::bakery();
  const auto part = g.only(g.needed_by({g.find("mill")}));
  CHECK(part.text() ==
        "bakery (seed 7)\n"
        "  harvest = harvest() {\"tons\":5}\n"
        "  mill = mill(grain: harvest.grain) {\"stones\":{\"gap\":0.2},\"threads\":4}\n");
  CHECK(error_of([&] { g.find("mil"); }) == "unknown stage \"mil\"; did you mean \"mill\"?");
}

TEST_CASE("graph: a list of wires keeps its order, and an empty one is an error") {
  Graph g;
  const auto harvest = g.add<example::Harvest>({});
  const auto fine = g.add<example::Mill>("fine", {.grain = harvest.grain});
  const auto coarse = g.add<example::Mill>("coarse", {.grain = harvest.grain});
  const auto blend = g.add<example::Blend>({.flours = {coarse.flour, fine.flour}, .topping = fine.bran});
  CHECK_THAT(g.text(),
             Catch::Contains("blend = blend(flours: [coarse.flour, fine.flour], topping: fine.bran)\n"));
  CHECK(g.needed_by({blend.flour.node}).size() == 4);
  CHECK(error_of([&] { g.add<example::Blend>("none", {.flours = {}, .topping = fine.bran}); }) ==
        "stages.none.inputs.flours: an empty list; wire it to at least one Flour, from coarse to fine");
}

TEST_CASE("graph: a stage may have a seed of its own, where something is random in it") {
  Graph g("bakery", 7);
  const auto harvest = g.add<example::Harvest>({});
  g.add<example::Mill>({.grain = harvest.grain});
  g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{3});
  CHECK(g.nodes()[1].seed == 7);
  CHECK(g.nodes()[2].seed == 3);
  CHECK_THAT(g.text(), Catch::Contains("mill = mill(grain: harvest.grain)\n") &&
                           Catch::Contains("mill_2 = mill(grain: harvest.grain) seed 3\n"));
  CHECK(error_of([&] { g.add<example::Harvest>("again", {}, {}, Seed{3}); }) ==
        "stages.again.seed: nothing is random in stage \"harvest\"; leave the seed out");
}

TEST_CASE("graph: a name stands for its copies where no stage has it") {
  Graph g;
  for (const auto* name : {"rye_1", "rye_2", "rye_x", "oats", "oats_2"}) g.add<example::Harvest>(name, {});
  using Numbers = std::vector<std::size_t>;
  CHECK(g.find_all("rye") == Numbers{0, 1});
  CHECK(g.find_all("rye_2") == Numbers{1});
  CHECK(g.find_all("oats") == Numbers{3});
  CHECK(error_of([&] { g.find_all("oat"); }) == "unknown stage \"oat\"; did you mean \"oats\"?");
}

TEST_CASE("registry: a stage can be added once, and its run once more") {
  Registry all;
  all.add<example::Bake>();
  CHECK(all.find("bake")->run == nullptr);
  auto whole = *all.find("bake");
  whole.run = [](std::span<const std::vector<Item>>, const Json&, Context&) { return std::vector<Item>{}; };
  all.add(whole);
  CHECK(all.find("bake")->run != nullptr);
  CHECK(error_of([&] { all.add(whole); }) ==
        "stage \"bake\" is there already; give one of the two another name");
}
