#include "pipelines/train/flags.hpp"

#include <algorithm>

#include "graph/definition.hpp"
#include "stages/list.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/test_stage.hpp"

using namespace fovea;

namespace {

/// A stage "train" with a parameter that has a flag, one that has none, and one inside a group.
struct LittleTrain : TestStage<> {
  static constexpr std::string_view name = "train";
  static constexpr std::string_view doc = "trains nothing";
  struct Curve {
    bool staircase = false;
    static auto fields() { return std::tuple{field("staircase", &Curve::staircase, "in whole steps")}; }
  };
  struct Params {
    std::optional<double> ema_decay;
    std::int64_t unheard_of = 1;
    Curve schedule;
    static auto fields() {
      return std::tuple{
          field("ema_decay", &Params::ema_decay, "memory of the mean; null = no mean", between(0, 1)),
          field("unheard_of", &Params::unheard_of, "has no flag"),
          field("schedule", &Params::schedule, "how the rate changes")};
    }
  };
  static Out<Value> run(const In<Value>&, const Params&, Context&) { return {}; }
};

Registry little_registry() {
  Registry registry;
  registry.add<LittleTrain>();
  return registry;
}

OfferedFlag flag_named(const std::string& name, const Registry& registry) {
  for (const auto& each : offered_flags(registry)) {
    if (each.flag.name == name) return each;
  }
  FAIL("no flag " << name);
  return {};
}

std::vector<std::string> names_of_flags(const Registry& registry) {
  std::vector<std::string> names;
  for (const auto& each : offered_flags(registry)) names.push_back(each.flag.name);
  return names;
}

Json one_train() {
  return parse_json(R"({"fovea": 1, "stages": {"fit": {"stage": "train", "params": {"unheard_of": 7}}}})");
}

}  // namespace

TEST_CASE("train flags: a flag is offered where the stage has its parameter, and no other is") {
  CHECK(names_of_flags(little_registry()) ==
        std::vector<std::string>{"--staircase", "--ema-decay", "--seed"});
  const auto all = names_of_flags(all_stages());
  for (const char* name : {"--epochs", "--batch-size", "--learning-rate", "--lr-schedule", "--optimizer",
                           "--gradient-clip", "--patience", "--monitor", "--seed", "--validation-split"}) {
    INFO(name);
    CHECK(std::count(all.begin(), all.end(), name) == 1);
  }
}

TEST_CASE("train flags: a flag tells what its parameter tells, with rule and default") {
  CHECK(flag_named("--ema-decay", little_registry()).doc ==
        "memory of the mean; none = no mean; from 0 to 1 [none]");
  CHECK(flag_named("--staircase", little_registry()).doc == "in whole steps [false]");
  CHECK(flag_named("--staircase", little_registry()).is_switch);
  CHECK(flag_named("--staircase", little_registry()).given == "true");
}

TEST_CASE("train flags: a switch whose parameter is on turns it off") {
  const auto registry = all_stages();
  const auto flag = flag_named("--no-deterministic", registry);
  CHECK(flag.given == "false");
  CHECK(flag.doc.starts_with("turns off: "));
  auto definition = one_train();
  apply_flag(definition, {flag, flag.given}, registry);
  CHECK(definition["stages"]["fit"]["params"]["deterministic"] == false);
}

TEST_CASE("train flags: a flag sets the parameter of the only stage of its kind, whatever that is called") {
  auto definition = one_train();
  const auto registry = little_registry();
  apply_flag(definition, {flag_named("--staircase", registry), "true"}, registry);
  apply_flag(definition, {flag_named("--ema-decay", registry), "0.5"}, registry);
  apply_flag(definition, {flag_named("--seed", registry), "3"}, registry);
  CHECK(definition["stages"]["fit"]["params"] ==
        parse_json(R"({"unheard_of": 7, "schedule": {"staircase": true}, "ema_decay": 0.5})"));
  CHECK(definition["seed"] == 3);
  apply_flag(definition, {flag_named("--ema-decay", registry), "none"}, registry);
  CHECK(definition["stages"]["fit"]["params"]["ema_decay"].is_null());
}

TEST_CASE("train flags: without its stage, or with several, a flag is refused") {
  const auto registry = little_registry();
  const auto decay = flag_named("--ema-decay", registry);
  auto none = parse_json(R"({"fovea": 1, "stages": {"fit": {"stage": "tune"}}})");
  CHECK(error_of([&] {
          apply_flag(none, {decay, "0.5"}, registry);
        }) == "--ema-decay: the pipeline has no stage \"train\"; add one to it");
  auto two = parse_json(R"({"fovea": 1, "stages": {"a": {"stage": "train"}, "b": {"stage": "train"}}})");
  CHECK(error_of([&] {
          apply_flag(two, {decay, "0.5"}, registry);
        }) ==
        "--ema-decay: the pipeline has several stages \"train\": \"a\", \"b\"; run it with \"fovea "
        "run\", and set each by its name, as --set a.PARAMETER=VALUE");
}

TEST_CASE("train flags: an error is told of the flag that set the value, and of no other") {
  const auto registry = little_registry();
  const auto told = [&](const std::string& value, const std::vector<std::string>& typed) {
    auto definition = one_train();
    std::vector<TypedFlag> flags;
    for (const auto& name : typed) flags.push_back({flag_named(name, registry), value});
    for (const auto& flag : flags) apply_flag(definition, flag, registry);
    if (typed.empty()) definition["stages"]["fit"]["params"]["ema_decay"] = 7;
    try {
      read_definition(definition, registry);
    } catch (const Error& error) {
      const auto of_flag = told_of_flag(error, definition, flags);
      return of_flag ? std::string(of_flag->what()) : "not of a flag: " + std::string(error.what());
    }
    return std::string("nothing is wrong");
  };
  CHECK(told("2", {"--ema-decay"}) == "--ema-decay: 2 is not allowed; it must be from 0 to 1");
  CHECK(told("off", {"--ema-decay"}) == "--ema-decay: expected a number, got \"off\"; or give none");
  CHECK(told("", {}) ==
        "not of a flag: stages.fit.params.ema_decay: 7 is not allowed; it must be from 0 to 1");
}
