#include "graph/each.hpp"

#include "graph/definition.hpp"
#include "graph/plan.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;

namespace {

/// Two fields, of which only the second is milled; the flour is blended with a topping of the first.
Json farm_with(const char* each) {
  auto definition = parse_json(R"({ "fovea": 1, "name": "farm", "seed": 7, "stages": {
    "east": { "stage": "harvest" },
    "west": { "stage": "harvest" },
    "mill": { "stage": "mill", "inputs": { "grain": "west.grain" } },
    "blend": { "stage": "blend", "inputs": { "flours": "mill.flour", "topping": "east.grain" } },
    "bake": { "stage": "bake", "inputs": { "flour": "blend.flour", "grain": "east.grain" } } } })");
  definition["each"] = parse_json(each);
  return definition;
}

std::string unrolled_text(const Json& definition) {
  const auto registry = example::registry();
  return read_definition(definition, registry).text();
}

std::string each_error(const char* each, const char* pointer = nullptr, const Json& value = {}) {
  auto definition = farm_with(each);
  if (pointer != nullptr) definition[Json::json_pointer(pointer)] = value;
  const auto registry = example::registry();
  return error_of([&] { read_definition(definition, registry); });
}

const World nowhere{.find = {},
                    .has = {},
                    .is_damaged = {},
                    .earlier = {},
                    .digest = {},
                    .numerics = [](const Node&) { return Json::object(); },
                    .progress = {}};

}  // namespace

TEST_CASE(
    "each: a stage that is set and what follows stand once for each value, until a list collects them") {
  CHECK(unrolled_text(farm_with(R"({"west.tons": [4, 5]})")) ==
        "farm (seed 7)\n"
        "  east = harvest()\n"
        "  west_1 = harvest() {\"tons\":4}\n"
        "  west_2 = harvest() {\"tons\":5}\n"
        "  mill_1 = mill(grain: west_1.grain)\n"
        "  mill_2 = mill(grain: west_2.grain)\n"
        "  blend = blend(flours: [mill_1.flour, mill_2.flour], topping: east.grain)\n"
        "  bake = bake(flour: blend.flour, grain: east.grain)\n");
}

TEST_CASE("each: the pipeline's seed unrolls what is random and has no seed of its own") {
  auto definition = farm_with(R"({"seed": [7, 8, 9]})");
  definition["stages"]["fine"] =
      parse_json(R"({"stage": "mill", "inputs": {"grain": "east.grain"}, "seed": 1})");
  CHECK(unrolled_text(definition) ==
        "farm (seed 7)\n"
        "  east = harvest()\n"
        "  west = harvest()\n"
        "  mill_1 = mill(grain: west.grain)\n"
        "  mill_2 = mill(grain: west.grain) seed 8\n"
        "  mill_3 = mill(grain: west.grain) seed 9\n"
        "  blend = blend(flours: [mill_1.flour, mill_2.flour, mill_3.flour], topping: east.grain)\n"
        "  bake = bake(flour: blend.flour, grain: east.grain)\n"
        "  fine = mill(grain: east.grain) seed 1\n");
}

TEST_CASE("each: a stage has the key that it has in a single run with that seed") {
  const auto registry = example::registry();
  const auto all = read_definition(farm_with(R"({"seed": [0, 5]})"), registry);
  auto single = farm_with("{}");
  single["seed"] = 5;
  const auto alone = read_definition(single, registry);
  const auto parts = [&](const Graph& graph, const char* node) {
    return key_parts(graph, graph.find(node), std::vector<std::string>{"grain"}, nowhere);
  };
  CHECK(parts(all, "mill_2") == parts(alone, "mill"));
  CHECK(parts(all, "mill_1") != parts(alone, "mill"));
}

TEST_CASE("each: settings go together, value by value, and a stage's own seed is one") {
  const auto text = unrolled_text(farm_with(R"({"west.tons": [4, 5], "mill.seed": [2, 1]})"));
  CHECK_THAT(text, Catch::Contains("west_1 = harvest() {\"tons\":4}") &&
                       Catch::Contains("west_2 = harvest() {\"tons\":5}") &&
                       Catch::Contains("mill_1 = mill(grain: west_1.grain) seed 2") &&
                       Catch::Contains("mill_2 = mill(grain: west_2.grain) seed 1"));
}

TEST_CASE("each: a stage with a list that is set itself stands once for each value, with the whole list") {
  const auto text = unrolled_text(farm_with(R"({"blend.turns": [2, 3], "mill.seed": [0, 1]})"));
  CHECK_THAT(text,
             Catch::Contains("blend_1 = blend(flours: [mill_1.flour, mill_2.flour], topping: east.grain) "
                             "{\"turns\":2}") &&
                 Catch::Contains("blend_2 = blend(flours: [mill_1.flour, mill_2.flour], topping: east.grain) "
                                 "{\"turns\":3}") &&
                 Catch::Contains("bake_2 = bake(flour: blend_2.flour, grain: east.grain)"));
}

TEST_CASE("each: the wires of a list that are not unrolled stay where they stand") {
  auto definition = farm_with(R"({"mill.seed": [0, 1]})");
  definition["stages"]["fine"] = parse_json(R"({"stage": "mill", "inputs": {"grain": "east.grain"}})");
  definition["stages"]["blend"]["inputs"]["flours"] = {"fine.flour", "mill.flour"};
  CHECK_THAT(unrolled_text(definition), Catch::Contains("flours: [fine.flour, mill_1.flour, mill_2.flour]"));
}

TEST_CASE("each: the objects of a list are combined each with each, and each stage has what bears on it") {
  CHECK(unrolled_text(farm_with(R"([{"west.tons": [4, 5]}, {"mill.seed": [0, 1, 2]}])")) ==
        "farm (seed 7)\n"
        "  east = harvest()\n"
        "  west_1 = harvest() {\"tons\":4}\n"
        "  west_2 = harvest() {\"tons\":5}\n"
        "  mill_1_1 = mill(grain: west_1.grain) seed 0\n"
        "  mill_1_2 = mill(grain: west_1.grain) seed 1\n"
        "  mill_1_3 = mill(grain: west_1.grain) seed 2\n"
        "  mill_2_1 = mill(grain: west_2.grain) seed 0\n"
        "  mill_2_2 = mill(grain: west_2.grain) seed 1\n"
        "  mill_2_3 = mill(grain: west_2.grain) seed 2\n"
        "  blend = blend(flours: [mill_1_1.flour, mill_1_2.flour, mill_1_3.flour, mill_2_1.flour, "
        "mill_2_2.flour, mill_2_3.flour], topping: east.grain)\n"
        "  bake = bake(flour: blend.flour, grain: east.grain)\n");
}

TEST_CASE("each: of a list, the settings of one object still go together") {
  const auto text =
      unrolled_text(farm_with(R"([{"west.tons": [4, 5], "mill.threads": [1, 2]}, {"seed": [3]}, {}])"));
  CHECK_THAT(text, Catch::Contains("mill_1_1 = mill(grain: west_1.grain) seed 3\n") &&
                       Catch::Contains("mill_2_1 = mill(grain: west_2.grain) {\"threads\":2} seed 3\n") &&
                       !Catch::Contains("mill_1_2"));
}

TEST_CASE("each: every copy says which values it stands for, also when it is written and read again") {
  const auto registry = example::registry();
  const auto graph =
      read_definition(farm_with(R"([{"west.tons": [4, 5]}, {"mill.seed": [0, 1]}])"), registry);
  const auto again = read_definition(write_definition(graph), registry);
  for (const auto* one : {&graph, &again}) {
    const auto each_of = [&](const char* name) { return one->nodes()[one->find(name)].each.dump(); };
    CHECK(each_of("west_2") == R"({"west.tons":5})");
    CHECK(each_of("mill_2_1") == R"({"west.tons":5,"mill.seed":0})");
    CHECK(each_of("east") == "{}");
    CHECK(each_of("blend") == "{}");
  }
  auto copies = write_definition(graph);
  copies["each"] = parse_json(R"({"east.tons": [8]})");
  copies["stages"]["mill_2_1"]["inputs"]["grain"] = "east.grain";
  const auto more = read_definition(copies, registry);
  CHECK(more.nodes()[more.find("mill_2_1_1")].each.dump() ==
        R"({"west.tons":5,"mill.seed":0,"east.tons":8})");
}

TEST_CASE("each: a parameter that is declared so takes the values of a list's copies, unless it is written") {
  const auto registry = example::registry();
  auto definition = farm_with(R"({"mill.seed": [0, 1]})");
  definition["stages"]["fine"] = parse_json(R"({"stage": "mill", "inputs": {"grain": "east.grain"}})");
  definition["stages"]["shelf"] =
      parse_json(R"({"stage": "shelve", "inputs": {"flours": ["fine.flour", "mill.flour"]}})");
  const auto labels = [&] {
    const auto graph = read_definition(definition, registry);
    return graph.nodes()[graph.find("shelf")].params["labels"].dump();
  };
  CHECK(labels() == R"([{},{"mill.seed":0},{"mill.seed":1}])");
  definition["stages"]["shelf"]["params"]["labels"] = parse_json("[]");
  CHECK(labels() == "[]");
}

TEST_CASE("each: written out, the unrolled graph is read again as the same") {
  const auto registry = example::registry();
  const auto graph = read_definition(farm_with(R"({"seed": [7, 8]})"), registry);
  const auto written = write_definition(graph);
  CHECK_FALSE(written.contains("each"));
  CHECK(read_definition(written, registry).text() == graph.text());
}

TEST_CASE("each: without settings it changes nothing") {
  auto plain = farm_with("{}");
  plain.erase("each");
  CHECK(unrolled_text(farm_with("{}")) == unrolled_text(plain));
}

TEST_CASE("each: a setting that makes no sense is an error") {
  CHECK(each_error("1") == "each: expected an object, got 1");
  CHECK(each_error("[1]") == "each[0]: expected an object, got 1");
  CHECK(each_error(R"({"seed": 3})") == "each.seed: expected a list of at least one value, got 3");
  CHECK(each_error(R"({"seed": []})") == "each.seed: expected a list of at least one value, got []");
  CHECK(each_error(R"({"mil.seed": [1]})") == "each.mil.seed: unknown stage \"mil\"; did you mean \"mill\"?");
  CHECK(each_error(R"({"name": ["a"]})") ==
        "each.name: can't have several values; only a parameter or a seed can, as in \"seed\": [0, 1, 2]");
  CHECK(each_error(R"({"seed": [1, 2], "west.tons": [1, 2, 3]})") ==
        "each.west.tons: 3 values, but \"seed\" has 2; lists that go together are equally long");
  CHECK(each_error(R"({"seed": [0, 1, 0]})") ==
        "each: the values at 0 and 2 give the same; give different ones");
  CHECK(each_error(R"({"mill.threads": [1, 2]})") ==
        "each: the values at 0 and 1 give the same; give different ones");
  CHECK(each_error(R"({"mill.stones": [{}, {"gap": 0.5}]})") ==
        "each: the values at 0 and 1 give the same; give different ones");
  CHECK(each_error(R"({"mill.stones.gap": [1, 2], "mill.stones": [{}, {"gap": 3}]})") ==
        "each.mill.stones: is given by \"mill.stones.gap\" as well; leave out one of the two");
  CHECK(each_error(R"({"seed": [0, 1]})", "/stages/mill/seed", 5) ==
        "each.seed: no stage here uses the pipeline's seed; leave it out");
}

TEST_CASE("each: in a list of objects an error is told with the object's place") {
  CHECK(each_error(R"([{"seed": [0, 1]}, 3])") == "each[1]: expected an object, got 3");
  CHECK(each_error(R"([{"west.tons": [1]}, {"west.tons": [2]}])") ==
        "each[1].west.tons: is given by \"west.tons\" as well; leave out one of the two");
  CHECK(each_error(R"([{"seed": [0, 1]}, {"mill.threads": [1, 2]}])") ==
        "each[1]: the values at 0 and 1 give the same; give different ones");
  CHECK(each_error(R"([{"seed": [0, 1]}, {"west.tons": [1, 200]}])") ==
        "each[1].west.tons[1]: 200 is not allowed; it must be from 1 to 100");
  CHECK(each_error(R"([{"seed": [0, 1]}, {"west.ton": [1, 2]}])") ==
        "each[1].west.ton: unknown parameter \"ton\"; did you mean \"tons\"?");
  CHECK(each_error(R"([{"west.tons": [1]}, {"mill.seed": [1]}])", "/stages/mill_1", {{"stage", "harvest"}}) ==
        "(nothing was thrown)");
  CHECK(
      each_error(R"([{"west.tons": [1]}, {"mill.seed": [1]}])", "/stages/mill_1_1", {{"stage", "harvest"}}) ==
      "each: stage \"mill\" becomes \"mill_1_1\", but there is one of that name already; give one of the "
      "two another name");
}

TEST_CASE("each: a value that is not allowed is told with its place in the list") {
  CHECK(each_error(R"({"west.tons": [1, 2, 101]})") ==
        "each.west.tons[2]: 101 is not allowed; it must be from 1 to 100");
  CHECK(each_error(R"({"seed": [0, "x"]})") == "each.seed[1]: expected a whole number, got \"x\"");
  CHECK(each_error(R"({"mill.seed": [0, -1]})") ==
        "each.mill.seed[1]: -1 is not allowed; it must be at least 0");
  CHECK(each_error(R"({"west.seed": [0, 1]})") ==
        "each.west.seed[0]: nothing is random in stage \"harvest\"; leave the seed out");
  CHECK(each_error(R"({"mill.stones": [{"gap": 1}, {"gap": 0}]})") ==
        "each.mill.stones[1].gap: 0 is not allowed; it must be above 0");
  CHECK(each_error(R"({"west.ton": [1, 2]})") ==
        "each.west.ton: unknown parameter \"ton\"; did you mean \"tons\"?");
}

TEST_CASE("each: any other error is told in the words of the definition as it was written") {
  const char* const each = R"({"west.tons": [1, 2]})";
  CHECK(each_error(each, "/stages/mill/params", {{"limits", 3}}) ==
        "stages.mill.params: unknown parameter \"limits\"; did you mean \"limit\"?");
  CHECK(each_error(each, "/stages/bake/inputs/flour", "mill.flower") ==
        "stages.bake.inputs.flour: stage \"mill\" has no output \"flower\"; did you mean \"mill.flour\"?");
  CHECK(each_error(each, "/stages/west_2", {{"stage", "harvest"}}) ==
        "each: stage \"west\" becomes \"west_2\", but there is one of that name already; give one of the two "
        "another name");
  CHECK(each_error(each, "/eahc", 1) == "unknown key \"eahc\"; did you mean \"each\"?");
}

TEST_CASE("each: the limit of stages holds for what it makes") {
  Json seeds = Json::array();
  for (int seed = 0; seed < 6000; ++seed) seeds.push_back(seed);
  auto definition = farm_with("{}");
  definition["stages"]["fine"] = parse_json(R"({"stage": "mill", "inputs": {"grain": "east.grain"}})");
  definition["each"]["seed"] = seeds;
  const auto registry = example::registry();
  CHECK(error_of([&] { read_definition(definition, registry); }) ==
        "each: makes 12004 stages; at most 10000");
}

TEST_CASE("each: it holds for combinations, before they are made") {
  Json many = Json::array();
  for (int tons = 1; tons <= 100; ++tons) many.push_back(tons);
  auto definition = farm_with("[]");
  definition["each"] = {{{"west.tons", many}}, {{"east.tons", many}}, {{"mill.seed", many}}};
  const auto registry = example::registry();
  CHECK(error_of([&] { read_definition(definition, registry); }) ==
        "each: makes 10400 stages; at most 10000");
}

TEST_CASE("each: so does the limit of bytes") {
  auto definition = farm_with(R"({"mill.stones.gap": [1, 2, 3]})");
  definition["stages"]["west"]["params"]["path"] = std::string(std::size_t{3} << 20, 'x');
  const auto registry = example::registry();
  CHECK_NOTHROW(read_definition(definition, registry));
  definition["each"] = parse_json(R"({"west.tons": [1, 2, 3]})");
  CHECK(error_of([&] {
          read_definition(definition, registry);
        }).ends_with(" bytes of JSON; at most 8388608 are allowed"));
}

TEST_CASE("each: relative paths among the values are taken from the folder of the definition") {
  const auto registry = example::registry();
  auto definition = farm_with(R"({"west.path": ["meadow", "/east/field"], "mill.seed": [0, 1]})");
  resolve_paths(definition, registry, "/land");
  CHECK(definition["each"]["west.path"] == Json({"/land/meadow", "/east/field"}));
  CHECK(definition["each"]["mill.seed"] == Json({0, 1}));
  definition["each"] = parse_json(R"([{"mill.seed": [0, 1]}, {"west.path": ["meadow"]}])");
  resolve_paths(definition, registry, "/land");
  CHECK(definition["each"][1]["west.path"][0] == "/land/meadow");
}
