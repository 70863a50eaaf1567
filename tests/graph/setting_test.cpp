#include "graph/setting.hpp"

#include <map>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"
#include "tests/graph/test_stage.hpp"

using namespace fovea;

namespace {

/// A stage whose parameter is called as a stage's own seed is.
struct Sow : TestStage<> {
  static constexpr std::string_view name = "sow";
  static constexpr std::string_view doc = "brings out seed";
  static constexpr bool random = true;
  struct Params {
    std::string seed = "rye";
    static auto fields() { return std::tuple{field("seed", &Params::seed, "what is sown")}; }
  };
  static Out<Value> run(const In<Value>&, const Params&, Context&) { return {}; }
};

Registry farm() {
  auto all = example::registry();
  all.add<Sow>();
  return all;
}

Json farm_definition() {
  return parse_json(R"({ "fovea": 1, "stages": {
    "sow": { "stage": "sow" }, "harvest": { "stage": "harvest" },
    "mill": { "stage": "mill", "inputs": { "grain": "harvest.grain" },
              "params": { "stones": { "gap": 0.2 }, "threads": 4 } } } })");
}

std::string setting_error(const std::string& setting, Json definition = farm_definition()) {
  const auto registry = farm();
  return error_of([&] { apply_setting(definition, setting, registry); });
}

Json with_setting(const std::string& setting) {
  auto definition = farm_definition();
  apply_setting(definition, setting, farm());
  return definition;
}

}  // namespace

TEST_CASE("setting: changes one parameter, at any depth") {
  auto definition = farm_definition();
  for (const auto* setting : {"mill.stones.kind=basalt", "mill.limit=null", "seed=3"})
    apply_setting(definition, setting, farm());
  CHECK(definition["stages"]["mill"]["params"].dump() ==
        R"({"stones":{"gap":0.2,"kind":"basalt"},"threads":4,"limit":null})");
  CHECK(definition["seed"] == 3);
}

TEST_CASE("setting: numbers are read as people write them, and nothing else is changed") {
  const std::map<std::string, std::string> written{{".5", "0.5"},
                                                   {"-.5", "-0.5"},
                                                   {"+5", "5"},
                                                   {"5.", "5"},
                                                   {"+.5e-3", "0.0005"},
                                                   {"5", "5"},
                                                   {"05", "\"05\""},
                                                   {"+", "\"+\""},
                                                   {".", "\".\""},
                                                   {"-", "\"-\""},
                                                   {"..", "\"..\""},
                                                   {"+ 5", "\"+ 5\""},
                                                   {"1.2.3", "\"1.2.3\""},
                                                   {"1e400", "\"1e400\""}};
  for (const auto& [text, json] : written) {
    INFO(text);
    CHECK(value_of_text(text).dump() == json);
  }
}

TEST_CASE("setting: one place is given once") {
  auto definition = farm_definition();
  const std::vector<std::string> once{"mill.threads=3", "mill.limit=3"},
      twice{"mill.limit=3", "mill.limit=4"};
  CHECK_NOTHROW(apply_settings(definition, once, farm()));
  CHECK(error_of([&] { apply_settings(definition, twice, farm()); }) ==
        "--set mill.limit: is given twice; give it once");
}

TEST_CASE("setting: the seed of a stage is its own, unless a parameter has that name") {
  CHECK(with_setting("mill.seed=3")["stages"]["mill"]["seed"] == 3);
  CHECK_FALSE(with_setting("mill.seed=3")["stages"]["mill"]["params"].contains("seed"));
  CHECK(with_setting("sow.seed=oats")["stages"]["sow"].dump() ==
        R"({"stage":"sow","params":{"seed":"oats"}})");
}

TEST_CASE("setting: each is set by the setting that it varies") {
  CHECK(with_setting("each.mill.stones.gap=[1, 2]")["each"].dump() == R"({"mill.stones.gap":[1,2]})");
  CHECK(with_setting("each={}")["each"] == Json::object());
}

TEST_CASE("setting: what each gives values to is refused, and the list named") {
  auto definition = farm_definition();
  definition["each"] = parse_json(R"({"seed": [0, 1], "mill.stones": [{"gap": 1}, {"gap": 2}]})");
  CHECK(setting_error("seed=3", definition) ==
        "--set seed=3: \"each\" gives it [0,1]; change that list, as --set each.seed=[...]");
  CHECK(setting_error("mill.stones.gap=3", definition)
            .ends_with("; change that list, as --set each.mill.stones=[...]"));
  definition["each"] = parse_json(R"({"mill.stones.gap": [1, 2]})");
  CHECK(setting_error(R"(mill.stones={})", definition) ==
        "--set mill.stones={}: \"each\" gives \"mill.stones.gap\" [1,2]; change that list, as --set "
        "each.mill.stones.gap=[...]");
  CHECK_NOTHROW(apply_setting(definition, "mill.threads=3", farm()));
}

TEST_CASE("setting: one that makes no sense is an error") {
  CHECK(setting_error("mill.limit") ==
        "--set mill.limit: expected stage.param=VALUE, such as train.learning_rate=0.002");
  CHECK(setting_error("mil.limit=1") == "--set mil.limit=1: unknown stage \"mil\"; did you mean \"mill\"?");
  CHECK(setting_error("limit=1") ==
        "--set limit=1: expected a parameter of a stage, such as train.epochs, or seed, or name; here it is "
        "\"mill.limit\"");
  CHECK(setting_error("ton=1") ==
        "--set ton=1: expected a parameter of a stage, such as train.epochs, or seed, or name");
  CHECK(
      setting_error("threads=1") ==
      "--set threads=1: expected a parameter of a stage, such as train.epochs, or seed, or name; here it is "
      "\"mill.threads\"");
  CHECK(setting_error("mill.threads.x=1") ==
        "--set mill.threads.x=1: \"threads\" is a whole number, not an object");
}

TEST_CASE("setting: in a list of each, the object that gives the setting is changed, or one is added") {
  auto definition = with_setting(R"(each=[{"seed": [0]}, {"mill.threads": [1]}])");
  apply_setting(definition, "each.mill.threads=[1, 2]", farm());
  apply_setting(definition, "each.mill.limit=[3, 4]", farm());
  CHECK(definition["each"].dump() == R"([{"seed":[0]},{"mill.threads":[1,2]},{"mill.limit":[3,4]}])");
  CHECK(setting_error("mill.threads=3", definition) ==
        "--set mill.threads=3: \"each\" gives it [1,2]; change that list, as --set each.mill.threads=[...]");
}

TEST_CASE("setting: a copy that each makes is not set alone") {
  auto definition = with_setting(R"(each={"seed": [0, 1]})");
  CHECK(setting_error("mill_2.threads=3", definition) ==
        "--set mill_2.threads=3: \"mill_2\" is a copy that \"each\" makes; set \"mill\", which changes all "
        "copies");
}
