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
  const auto part = g.only(g.needed_by(g.find("mill")));
  CHECK(part.text() ==
        "bakery (seed 7)\n"
        "  harvest = harvest() {\"tons\":5}\n"
        "  mill = mill(grain: harvest.grain) {\"stones\":{\"gap\":0.2},\"threads\":4}\n");
  CHECK(error_of([&] { g.find("mil"); }) == "unknown stage \"mil\"; did you mean \"mill\"?");
}

TEST_CASE("registry: a stage can be added once, and its run once more") {
  Registry all;
  all.add<example::Bake>();
  CHECK(all.find("bake")->run == nullptr);
  auto whole = *all.find("bake");
  whole.run = [](std::span<const Item>, const Json&, Context&) { return std::vector<Item>{}; };
  all.add(whole);
  CHECK(all.find("bake")->run != nullptr);
  CHECK(error_of([&] { all.add(whole); }) ==
        "stage \"bake\" is there already; give one of the two another name");
}
