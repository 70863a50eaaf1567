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

std::string setting_error(const std::string& setting) {
  auto definition = parse_json(bakery);
  return error_of([&] { apply_setting(definition, setting); });
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
        "stages.bake.inputs.flour: expected Flour, but \"harvest.grain\" gives Grain; did you mean "
        "\"mill.flour\"?");
}

TEST_CASE("definition: a wire from nowhere is an error") {
  CHECK(error_with("/stages/bake/inputs/flour", "\"mil.flour\"") ==
        "stages.bake.inputs.flour: no stage \"mil\" here; did you mean \"mill.flour\"?");
  CHECK(error_with("/stages/bake/inputs/flour", "\"mill.flower\"") ==
        "stages.bake.inputs.flour: stage \"mill\" has no output \"flower\"; did you mean \"mill.flour\"?");
  CHECK(error_with("/stages/bake/inputs/flour", "\"mill\"") ==
        "stages.bake.inputs.flour: \"mill\" names no output of the stage; did you mean \"mill.flour\"?");
  CHECK(error_with("/stages/bake/inputs/flour", "7") ==
        "stages.bake.inputs.flour: expected a wire such as \"load.data\", got 7");
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

TEST_CASE("definition: a setting changes one parameter, at any depth") {
  auto definition = parse_json(bakery);
  apply_setting(definition, "mill.stones.kind=basalt");
  apply_setting(definition, "mill.limit=null");
  apply_setting(definition, "seed=3");
  CHECK(definition["stages"]["mill"]["params"].dump() ==
        R"({"stones":{"gap":0.2,"kind":"basalt"},"threads":4,"limit":null})");
  CHECK(definition["seed"] == 3);
}

TEST_CASE("definition: a setting that makes no sense is an error") {
  CHECK(setting_error("mill.limit") ==
        "--set mill.limit: expected stage.param=VALUE, such as train.learning_rate=0.002");
  CHECK(setting_error("mil.limit=1") == "--set mil.limit=1: unknown stage \"mil\"; did you mean \"mill\"?");
  CHECK(setting_error("limit=1") ==
        "--set limit=1: expected stage.param=VALUE, or seed=VALUE, or name=VALUE");
  CHECK(setting_error("mill.threads.x=1") ==
        "--set mill.threads.x=1: \"threads\" is a whole number, not an object");
}
