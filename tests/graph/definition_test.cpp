#include "graph/definition.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;

namespace {

const char* const bakery = R"({ "fovea": 1, "name": "bakery", "seed": 7, "stages": {
  "bake": { "stage": "bake", "inputs": { "flour": "mill.flour", "grain": "mill.bran" } },
  "mill": { "stage": "mill", "inputs": { "grain": "harvest.grain" },
            "params": { "stones": { "gap": 0.2 }, "threads": 4 } },
  "harvest": { "stage": "harvest", "params": { "tons": 5 } } } })";

/// The error of the bakery with one thing changed, by a JSON pointer.
std::string error_with(const char* pointer, const char* value) {
  auto definition = parse_json(bakery);
  definition[Json::json_pointer(pointer)] = parse_json(value);
  const auto registry = example::registry();
  return error_of([&] { read_definition(definition, registry); });
}

}  // namespace

TEST_CASE("definition: stages may stand in any order and give the same graph as in C++") {
  const auto registry = example::registry();
  CHECK(read_definition(parse_json(bakery), registry).text() == example::bakery().text());
}

TEST_CASE("definition: written and read again it is the same graph") {
  const auto registry = example::registry();
  const auto written = write_definition(example::bakery());
  CHECK(read_definition(written, registry).text() == example::bakery().text());
  CHECK(write_definition(read_definition(written, registry)) == written);
  CHECK(written["stages"]["mill"]["params"]["limit"] == 1.5);
}

TEST_CASE("definition: an unknown stage, key, input or parameter is an error with the nearest right name") {
  CHECK(error_with("/stages/mill/stage", "\"mlil\"") ==
        "stages.mill: unknown stage \"mlil\"; did you mean \"mill\"?");
  CHECK(error_with("/stages/mill/param", "{}") ==
        "stages.mill: unknown key \"param\"; did you mean \"params\"?");
  CHECK(error_with("/stage", "{}") == "unknown key \"stage\"; did you mean \"stages\"?");
  CHECK(error_with("/stages/mill/inputs/grian", "\"harvest.grain\"") ==
        "stages.mill.inputs: unknown input \"grian\"; did you mean \"grain\"?");
  CHECK(error_with("/stages/harvest/params/ton", "4") ==
        "stages.harvest.params: unknown parameter \"ton\"; did you mean \"tons\"?");
}

TEST_CASE("definition: a missing input says what belongs there") {
  CHECK(error_with("/stages/bake/inputs", R"({"flour": "mill.flour"})") ==
        "stages.bake.inputs: input \"grain\" is missing; wire it to a Grain, for the crust");
}

TEST_CASE("definition: a wire of the wrong kind names both kinds and a right wire") {
  CHECK(error_with("/stages/bake/inputs/flour", "\"harvest.grain\"") ==
        "stages.bake.inputs.flour: expected Flour, but \"harvest.grain\" gives Grain; Flour here is "
        "\"mill.flour\"");
}

TEST_CASE("definition: a wire from nowhere is an error") {
  CHECK(error_with("/stages/bake/inputs/flour", "\"mil.flour\"") ==
        "stages.bake.inputs.flour: no stage \"mil\" here; did you mean \"mill.flour\"?");
  CHECK(error_with("/stages/bake/inputs/flour", "\"mill.flower\"") ==
        "stages.bake.inputs.flour: stage \"mill\" has no output \"flower\"; did you mean \"mill.flour\"?");
  CHECK(error_with("/stages/bake/inputs/flour", "\"mill\"") ==
        "stages.bake.inputs.flour: \"mill\" names no output of the stage; Flour of \"mill\" is "
        "\"mill.flour\"");
  CHECK(error_with("/stages/bake/inputs/flour", "7") ==
        "stages.bake.inputs.flour: expected a wire such as \"load.data\", got 7");
}

TEST_CASE(
    "definition: of a wire only what is nearly called so is suggested, and never another part of the data") {
  const auto registry = example::registry();
  auto definition = parse_json(R"({ "fovea": 1, "stages": {
    "all": { "stage": "harvest" }, "parts": { "stage": "sieve", "inputs": { "grain": "all.grain" } },
    "mill": { "stage": "mill", "inputs": { "grain": "parts.coarse" } } } })");
  const auto wrong = [&](const char* wire) {
    definition["stages"]["mill"]["inputs"]["grain"] = wire;
    return error_of([&] { read_definition(definition, registry); });
  };
  const std::string place = "stages.mill.inputs.grain: ";
  CHECK(wrong("parts.coar") ==
        place + "stage \"parts\" has no output \"coar\"; did you mean \"parts.coarse\"?");
  CHECK(wrong("parts.test") == place +
                                   "stage \"parts\" has no output \"test\"; Grain of \"parts\" is one of "
                                   "\"parts.coarse\", \"parts.fine\"");
  CHECK(wrong("part.fien") == place + "no stage \"part\" here; did you mean \"parts.fine\"?");
  CHECK(wrong("part.test") == place +
                                  "no stage \"part\" here; Grain of \"parts\" is one of \"parts.coarse\", "
                                  "\"parts.fine\"");
  CHECK(wrong("split.fine") == place + "no stage \"split\" here; did you mean \"parts.fine\"?");
  CHECK(wrong("split.valid") == place +
                                    "no stage \"split\" here; Grain here is one of \"all.grain\", "
                                    "\"parts.coarse\", \"parts.fine\"");
  CHECK(wrong("all") == place + "\"all\" names no output of the stage; Grain of \"all\" is \"all.grain\"");
}

TEST_CASE("definition: a copy that was not made is not answered with another") {
  const auto registry = example::registry();
  auto definition = parse_json(R"({ "fovea": 1, "stages": {
    "field_1": { "stage": "harvest" }, "field_2": { "stage": "harvest" },
    "mill": { "stage": "mill", "inputs": { "grain": "field_3.corn" } } } })");
  CHECK(error_of([&] { read_definition(definition, registry); }) ==
        "stages.mill.inputs.grain: no stage \"field_3\" here; Grain here is one of \"field_1.grain\", "
        "\"field_2.grain\"");
}

TEST_CASE("definition: a cycle is told stage by stage") {
  CHECK(error_with("/stages/mill/inputs/grain", "\"mill.bran\"") ==
        "stages: a cycle: \"mill\" -> \"mill\"; a stage can't need its own result");
}

TEST_CASE("definition: the version, the name and the seed are checked") {
  CHECK(error_with("/fovea", "2") ==
        "fovea: expected 1, the version of definitions that is read here, got 2");
  CHECK(error_with("/seed", "-1") == "seed: -1 is not allowed; it must be at least 0");
  CHECK(error_with("/seed", "\"x\"") == "seed: expected a whole number, got \"x\"");
  CHECK(error_with("/name", "\"a b\"") ==
        "pipeline name \"a b\": only letters, digits, \"_\" and \"-\" are allowed");
  CHECK(error_with("/stages", "{}") == "stages: none here; add at least one, such as \"load\"");
  CHECK(error_with("/stages", "[]") == "stages: expected an object, got []");
  CHECK(error_with("/stages/mill", "3") == "stages.mill: expected an object, got 3");
}

TEST_CASE("definition: more than 10,000 stages are refused") {
  auto definition = parse_json(R"({"fovea": 1, "stages": {}})");
  Json::object_t& stages = definition["stages"].get_ref<Json::object_t&>();
  for (int i = 0; i < 10'001; ++i) stages.push_back({"s" + std::to_string(i), {{"stage", "harvest"}}});
  const auto registry = example::registry();
  CHECK(error_of([&] { read_definition(definition, registry); }) == "stages: 10001 stages; at most 10000");
}

TEST_CASE("definition: relative paths are taken from a folder, absolute ones are kept") {
  auto definition = parse_json(bakery);
  const auto registry = example::registry();
  definition["stages"]["harvest"]["params"]["path"] = "east/../north";
  resolve_paths(definition, registry, "/land");
  CHECK(definition["stages"]["harvest"]["params"]["path"] == "/land/north");
  resolve_paths(definition, registry, "/elsewhere");
  CHECK(definition["stages"]["harvest"]["params"]["path"] == "/land/north");
}

TEST_CASE("definition: a list of wires is read and written in its order, and one wire is a list of one") {
  const auto registry = example::registry();
  auto definition = parse_json(bakery);
  definition["stages"]["blend"] = parse_json(
      R"({"stage": "blend", "inputs": {"flours": ["mill.flour", "fine.flour"], "topping": "mill.bran"}})");
  definition["stages"]["fine"] = parse_json(R"({"stage": "mill", "inputs": {"grain": "harvest.grain"}})");
  const auto graph = read_definition(definition, registry);
  CHECK_THAT(graph.text(), Catch::Contains("blend(flours: [mill.flour, fine.flour], topping: mill.bran)"));
  const auto written = write_definition(graph);
  CHECK(written["stages"]["blend"]["inputs"] == definition["stages"]["blend"]["inputs"]);
  CHECK(read_definition(written, registry).text() == graph.text());
  definition["stages"]["blend"]["inputs"]["flours"] = "fine.flour";
  CHECK_THAT(read_definition(definition, registry).text(), Catch::Contains("flours: [fine.flour]"));
}

TEST_CASE("definition: what is wrong in a list of wires is told with its place there") {
  const auto wrong = [](const char* flours) {
    auto definition = parse_json(bakery);
    definition["stages"]["blend"] = {{"stage", "blend"},
                                     {"inputs", {{"flours", parse_json(flours)}, {"topping", "mill.bran"}}}};
    const auto registry = example::registry();
    return error_of([&] { read_definition(definition, registry); });
  };
  CHECK(wrong("[]") ==
        "stages.blend.inputs.flours: an empty list; wire it to at least one Flour, from coarse to fine");
  CHECK(wrong(R"(["mill.flour", 7])") ==
        "stages.blend.inputs.flours[1]: expected a wire such as \"load.data\", got 7");
  CHECK(wrong(R"(["mill.flour", "mill.bran"])") ==
        "stages.blend.inputs.flours[1]: expected Flour, but \"mill.bran\" gives Grain; Flour of \"mill\" "
        "is \"mill.flour\"");
  CHECK(wrong("3") == "stages.blend.inputs.flours: expected a wire such as \"load.data\", got 3");
  CHECK(error_with("/stages/mill/inputs/grain", R"(["harvest.grain"])") ==
        "stages.mill.inputs.grain: expected a wire such as \"load.data\", got [\"harvest.grain\"]");
}

TEST_CASE("definition: a stage's own seed is read, and written where it is not the pipeline's") {
  const auto registry = example::registry();
  auto definition = parse_json(bakery);
  definition["stages"]["mill"]["seed"] = 3;
  const auto graph = read_definition(definition, registry);
  CHECK(graph.nodes()[graph.find("mill")].seed == 3);
  CHECK(write_definition(graph)["stages"]["mill"]["seed"] == 3);
  definition["stages"]["mill"]["seed"] = 7;
  CHECK_FALSE(write_definition(read_definition(definition, registry))["stages"]["mill"].contains("seed"));
  CHECK(error_with("/stages/mill/seed", "-1") ==
        "stages.mill.seed: -1 is not allowed; it must be at least 0");
  CHECK(error_with("/stages/harvest/seed", "1") ==
        "stages.harvest.seed: nothing is random in stage \"harvest\"; leave the seed out");
}
