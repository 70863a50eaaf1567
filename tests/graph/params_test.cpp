#include "graph/params.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;
using Params = example::Mill::Params;

namespace {

struct Flip {
  static constexpr Tag tag{"op", "flip"};
  double p = 0.5;
  static auto fields() { return std::tuple{field("p", &Flip::p, "how often", between(0, 1))}; }
};
struct Shift {
  static constexpr Tag tag{"op", "shift"};
  std::int64_t most = 2;
  static auto fields() { return std::tuple{field("most", &Shift::most, "pixels", at_least(0))}; }
};
struct Ops {
  std::vector<std::variant<Flip, Shift>> policy;
  static auto fields() { return std::tuple{field("policy", &Ops::policy, "what is done")}; }
};

std::string params_error(const char* text) {
  return error_of([&] { read_params<Params>(parse_json(text), "stages.mill.params"); });
}

struct Machine {
  std::int64_t speed = 3;
  static auto fields() { return std::tuple{tuning("speed", &Machine::speed, "of turning")}; }
};

struct Workshop {
  std::string owner = "Mill & Sons";
  Machine machine;
  static auto fields() {
    return std::tuple{field("owner", &Workshop::owner, "whose it is"),
                      field("machine", &Workshop::machine, "how it turns")};
  }
};

}  // namespace

TEST_CASE("params: what is not written keeps its default") {
  const auto params = read_params<Params>(parse_json(R"({"stones": {"gap": 0.1}})"), "p");
  CHECK(params.stones.gap == 0.1);
  CHECK(params.stones.kind == "granite");
  CHECK(params.limit == 1.5);
}

TEST_CASE("params: written and read again they are the same") {
  const Params params{.stones = {.gap = 0.25, .kind = "basalt"}, .speed = 2.0, .limit = {}, .threads = 3};
  const auto json = write_params(params);
  CHECK(json.dump() == R"({"stones":{"gap":0.25,"kind":"basalt"},"speed":2.0,"limit":null,"threads":3})");
  CHECK(write_params(read_params<Params>(json, "p")) == json);
}

TEST_CASE("params: auto and null are written as such") {
  const auto params = read_params<Params>(parse_json(R"({"speed": "auto", "limit": null})"), "p");
  CHECK_FALSE(params.speed.value.has_value());
  CHECK_FALSE(params.limit.has_value());
}

TEST_CASE("params: an unknown name is an error with the nearest right one") {
  CHECK(params_error(R"({"stone": {}})") ==
        "stages.mill.params: unknown parameter \"stone\"; did you mean \"stones\"?");
  CHECK(params_error(R"({"stones": {"gab": 1}})") ==
        "stages.mill.params.stones: unknown parameter \"gab\"; did you mean \"gap\"?");
}

TEST_CASE("params: a wrong kind is an error that names both") {
  CHECK(params_error(R"({"threads": 1.5})") ==
        "stages.mill.params.threads: expected a whole number, got 1.5; it must be from 1 to 8");
  CHECK(params_error(R"({"stones": 3})") == "stages.mill.params.stones: expected an object, got 3");
  CHECK(params_error(R"({"speed": "fast"})") ==
        "stages.mill.params.speed: expected a number or \"auto\", got \"fast\"");
  CHECK(params_error(R"({"limit": "low"})") == "stages.mill.params.limit: expected a number, got \"low\"");
}

TEST_CASE("params: a value that breaks its rule is an error, looking through auto and null") {
  CHECK(params_error(R"({"threads": 9})") ==
        "stages.mill.params.threads: 9 is not allowed; it must be from 1 to 8");
  CHECK(params_error(R"({"speed": -1})") ==
        "stages.mill.params.speed: -1 is not allowed; it must be at least 0");
  CHECK(params_error(R"({"limit": 0})") ==
        "stages.mill.params.limit: 0 is not allowed; it must be at least 1");
  CHECK(params_error(R"({"stones": {"gap": 0}})") ==
        "stages.mill.params.stones.gap: 0 is not allowed; it must be above 0");
  CHECK(
      params_error(R"({"stones": {"kind": "chalk"}})") ==
      "stages.mill.params.stones.kind: \"chalk\" is not allowed; it must be one of \"granite\", \"basalt\"");
}

TEST_CASE("params: a whole number beyond 64 bits is refused") {
  CHECK(params_error(R"({"threads": 18446744073709551615})") ==
        "stages.mill.params.threads: expected a whole number, got 18446744073709551615; it must be from 1 to "
        "8");
}

TEST_CASE("params: only what decides the result is kept for the key") {
  const auto keyed = write_params(Params{.threads = 8}, Keep::keyed);
  CHECK(keyed == write_params(Params{.threads = 1}, Keep::keyed));
  CHECK_FALSE(keyed.contains("threads"));
  CHECK(keyed.contains("limit"));
}

TEST_CASE("params: a group of which nothing decides the result leaves nothing in the key") {
  const auto keyed = write_params(Workshop{}, Keep::keyed);
  CHECK(keyed == parse_json(R"({"owner": "Mill & Sons"})"));
  CHECK(write_params(Workshop{}).contains("machine"));
}

TEST_CASE("params: alternatives are told apart by their tag") {
  const auto ops =
      read_params<Ops>(parse_json(R"({"policy": [{"op": "shift", "most": 4}, {"op": "flip"}]})"), "p");
  REQUIRE(ops.policy.size() == 2);
  CHECK(std::get<Shift>(ops.policy[0]).most == 4);
  CHECK(write_params(ops).dump() == R"({"policy":[{"op":"shift","most":4},{"op":"flip","p":0.5}]})");
}

TEST_CASE("params: an unknown alternative is an error with its place in the list") {
  const auto error = [](const char* text) {
    return error_of([&] { read_params<Ops>(parse_json(text), "params"); });
  };
  CHECK(error(R"({"policy": [{"op": "flip"}, {"op": "shfit"}]})") ==
        "params.policy[1]: unknown op \"shfit\"; did you mean \"shift\"?");
  CHECK(error(R"({"policy": [{"p": 1}]})") ==
        "params.policy[0]: \"op\" is missing; it is one of \"flip\", \"shift\"");
  CHECK(error(R"({"policy": [{"op": "flip", "most": 1}]})") ==
        "params.policy[0]: unknown parameter \"most\"; the only one is \"p\"");
}

TEST_CASE("params: every field is described with kind, rule and default") {
  const auto fields = describe_fields<Params>();
  REQUIRE(fields.size() == 4);
  CHECK(fields[0].members.at(1).rule == "one of \"granite\", \"basalt\"");
  CHECK(fields[1].kind == "a number or \"auto\"");
  CHECK(fields[1].standard == "auto");
  CHECK(fields[3].role == Role::tuning);
  CHECK(fields[3].rule == "from 1 to 8");
}
