#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;

TEST_CASE(
    "graph: names with a number behind them are free ones, whatever was added under names of one's own") {
  Graph g;
  const auto add = [&] { g.add<example::Harvest>({}, {}); };
  add();
  add();
  g.add<example::Harvest>("harvest_3", {}, {});
  add();
  add();
  std::vector<std::string> names;
  for (const auto& node : g.nodes()) names.push_back(node.name);
  CHECK(names == std::vector<std::string>{"harvest", "harvest_2", "harvest_3", "harvest_4", "harvest_5"});
  CHECK(g.find("harvest_4") == 3);
  CHECK(g.only({0, 3}).find("harvest_4") == 1);
}

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
  CHECK(g.nodes()[second.grain.from().node].name == "harvest_2");
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
  CHECK(g.needed_by({blend.flour.from().node}).size() == 4);
  const std::vector<Ref<example::Flour>> none;
  CHECK(error_of([&] { g.add<example::Blend>("none", {.flours = none, .topping = fine.bran}); }) ==
        "stages.none.inputs.flours: an empty list; wire it to at least one Flour, from coarse to fine");
}

TEST_CASE("graph: values of each are one for each wire of their list, or none") {
  Graph g;
  const auto harvest = g.add<example::Harvest>({}, {});
  const auto one = g.add<example::Mill>({.grain = harvest.grain});
  const auto two = g.add<example::Mill>({.grain = harvest.grain});
  const std::vector<Ref<example::Flour>> flours{one.flour, two.flour};
  CHECK(error_of([&] { g.add<example::Shelve>({.flours = flours}, {.labels = {Json::object()}}); }) ==
        "stages.shelve.params.labels: 1 values, but 2 flours; give one for each, or none");
  CHECK_NOTHROW(g.add<example::Shelve>({.flours = flours}, {.labels = {Json::object(), Json::object()}}));
}

TEST_CASE("graph: a wire from another graph is an error that names stage and port") {
  Graph g, other;
  const auto foreign = other.add<example::Harvest>({}).grain;
  const std::string rest =
      ": the wire comes from a stage that is not in this graph; wire it to one that was added to this graph "
      "before";
  CHECK(error_of([&] { g.add<example::Mill>({.grain = foreign}); }) == "stages.mill.inputs.grain" + rest);
  const auto mill = g.add<example::Mill>({.grain = g.add<example::Harvest>({}).grain});
  CHECK(error_of([&] { g.add<example::Mill>({.grain = foreign}); }) == "stages.mill_2.inputs.grain" + rest);
  const auto other_mill = other.add<example::Mill>({.grain = foreign});
  CHECK(error_of([&] {
          g.add<example::Blend>({.flours = {mill.flour, other_mill.flour}, .topping = mill.bran});
        }) == "stages.blend.inputs.flours" + rest);
  CHECK(g.nodes().size() == 2);
}

TEST_CASE("graph: wires go with a graph that is moved or copied, and not further") {
  Graph first;
  const auto grain = first.add<example::Harvest>({}).grain;
  Graph copy = first;
  Graph moved = std::move(first);
  moved.add<example::Mill>({.grain = grain});
  const auto of_copy = copy.add<example::Mill>({.grain = grain});
  CHECK(moved.text() == copy.text());
  CHECK_THAT(
      error_of([&] { first.add<example::Mill>({.grain = grain}); }),
      Catch::Contains("stages.mill.inputs.grain: the wire comes from a stage that is not in this graph"));
  CHECK_THAT(error_of([&] { moved.add<example::Mill>({.grain = of_copy.bran}); }),
             Catch::Contains("stages.mill_2.inputs.grain: the wire comes from a stage that is not"));
}

TEST_CASE("graph: a stage that is added by its description has every wire checked") {
  Graph g;
  const auto grain = g.add<example::Harvest>({}).grain;
  g.add<example::Mill>({.grain = grain});
  const auto wrong = [&](std::vector<Wire> wires) {
    return error_of([&] { g.add("bread", stage_info<example::Bake>(), Json::object(), std::move(wires)); });
  };
  CHECK(wrong({{1, 0, 0}}) == "stages.bread.inputs.grain: no wire; wire it to a Grain, for the crust");
  CHECK(wrong({{1, 0, 0}, {1, 1, 1}, {0, 0, 1}}) == "stages.bread.inputs.grain: 2 wires; it takes one Grain");
  CHECK(
      wrong({{1, 0, 0}, {1, 0, 1}}) ==
      "stages.bread.inputs.grain: expected Grain, but \"mill.flour\" gives Flour; wire it to Grain, for the "
      "crust");
  CHECK(wrong({{7, 0, 0}}) ==
        "stages.bread.inputs.flour: no stage number 7; 2 are there before this one, counted from 0");
  CHECK(wrong({{1, 2, 0}}) ==
        "stages.bread.inputs.flour: stage \"mill\" has no output number 2; it has 2, counted from 0");
  CHECK(wrong({{1, 0, 2}}) == "stages.bread.inputs: no input number 2; stage \"bake\" has 2, counted from 0");
  g.add("bread", stage_info<example::Bake>(), Json::object(), {{1, 1, 1}, {1, 0, 0}});
  CHECK_THAT(g.text(), Catch::Contains("bread = bake(flour: mill.flour, grain: mill.bran)"));
}

TEST_CASE("graph: a part without what its stages need is an error") {
  CHECK(error_of([] { example::bakery().only({1}); }) ==
        "stages.mill: needs \"harvest\", which is left out; keep both or neither");
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
  using Found = std::vector<std::size_t>;
  CHECK(g.find_all("rye") == Found{0, 1});
  CHECK(g.find_all("rye_2") == Found{1});
  CHECK(g.find_all("oats") == Found{3});
  CHECK(error_of([&] { g.find_all("oat"); }) == "unknown stage \"oat\"; did you mean \"oats\"?");
  for (const auto* name : {"hay_1_1", "hay_1_2"}) g.add<example::Harvest>(name, {});
  CHECK(g.find_all("hay") == Found{5, 6});
}

TEST_CASE("graph: another number is no suggestion for a copy that is not there") {
  Graph g;
  for (const auto* name : {"rye_1", "rye_2", "rye_3", "oats_1", "hay"}) g.add<example::Harvest>(name, {});
  const auto wrong = [&](const char* name) { return error_of([&] { g.find_all(name); }); };
  CHECK(wrong("rye_9") == "unknown stage \"rye_9\"; there are \"rye_1\" to \"rye_3\"");
  CHECK(wrong("oats_2") == "unknown stage \"oats_2\"; there is \"oats_1\" only");
  CHECK(wrong("hay_1") == "unknown stage \"hay_1\"; did you mean \"hay\"?");
  CHECK(wrong("oast") == "unknown stage \"oast\"; did you mean \"oats\"?");
  CHECK(wrong("barley") == "unknown stage \"barley\"; it is one of \"rye\", \"oats\", \"hay\"");
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

TEST_CASE("graph: the values of a copy are told under short names, unless two would be the same") {
  CHECK(values_in_words(
            parse_json(R"({"seed": 1, "train.learning_rate": 0.002, "model.architecture": "mlp"})")) ==
        "seed 1, learning_rate 0.002, architecture mlp");
  CHECK(values_in_words(parse_json(R"({"east.tons": 1, "west.tons": 2, "mill.stones.gap": 0.5})")) ==
        "east.tons 1, west.tons 2, stones.gap 0.5");
  CHECK(values_in_words(Json::object()) == "");
}
