#include "graph/json.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

TEST_CASE("json: what is not JSON is an error with line and column") {
  CHECK(error_of([] { parse_json("{\n  \"a\": 1,\n  \"b\" 2\n}"); }) ==
        "line 3, column 7: not JSON here; a comma, bracket or quote may be missing before it");
}

TEST_CASE("json: a key that stands twice is an error, at any depth") {
  CHECK(error_of([] { parse_json(R"({"a": {"b": 1, "b": 2}})"); }) ==
        "key \"b\" stands twice in one object; keep one of them");
  CHECK_NOTHROW(parse_json(R"({"a": {"b": 1}, "c": {"b": 2}})"));
}

TEST_CASE("json: nesting is limited to 64 levels") {
  CHECK_NOTHROW(parse_json(std::string(64, '[') + std::string(64, ']')));
  CHECK(error_of([] { parse_json(std::string(65, '[') + std::string(65, ']')); }) ==
        "nested more than 64 levels deep; a definition needs about 6");
  CHECK(error_of([] { parse_json(std::string(1 << 20, '[')); }) ==
        "nested more than 64 levels deep; a definition needs about 6");
}

TEST_CASE("json: NaN and numbers beyond double precision are refused") {
  CHECK(error_of([] { parse_json("[NaN]"); }).starts_with("line 1, column 2: not JSON here"));
  CHECK(error_of([] { parse_json("[1,\n 1e999]"); }) ==
        "line 2, column 6: the number that ends here is beyond double precision; its size must be below "
        "1.8e308");
}

TEST_CASE("json: more than 64 MiB is refused before it is parsed") {
  const std::string large((64u << 20) + 1, ' ');
  CHECK(error_of([&] { parse_json(large); }) == "67108865 bytes of JSON; at most 67108864 are read");
}

TEST_CASE("json: the canonical text does not depend on the order of keys") {
  CHECK(canonical(parse_json(R"({"b": 1, "a": {"d": 2, "c": 3}})")) ==
        canonical(parse_json(R"({"a": {"c": 3, "d": 2}, "b": 1})")));
}

TEST_CASE("json: a long value is cut where a character ends") {
  const auto text = shown(Json(std::string(40, 'x') + "ääääääääääääää"));
  CHECK(text == "\"" + std::string(40, 'x') + "äääääää ...");
}

TEST_CASE(
    "json: what the program wrote itself is read at any length and depth, and refused where it is none") {
  const auto deep = std::string(500, '[') + std::string(500, ']');
  CHECK(parse_own_json(deep).dump() == deep);
  const Json large(std::string(max_json_bytes + 1, 'a'));
  CHECK(parse_own_json(large.dump()) == large);
  CHECK(error_of([] { parse_own_json("{\n  \"a\": 1,\n  \"b\" 2\n}"); }).starts_with("line 3, column"));
  CHECK(error_of([] { parse_own_json("[1e999]"); }) ==
        "line 1, column 6: the number that ends here is beyond double precision; its size must be below "
        "1.8e308");
}

TEST_CASE("json: a number in an error is told as it was written") {
  const std::string text = R"({"other": 1e2, "a": {"b": [[1, 2], {"c": 1}, 1e9], "d": 2.50}, "e": 1e2})";
  const auto told = [&](const std::string& error) { return with_number_as_written(error, text, ""); };
  CHECK(told("a.b[2]: expected a whole number, got 1000000000.0; it must be from 1 to 9") ==
        "a.b[2]: expected a whole number in digits, got 1e9; it must be from 1 to 9");
  CHECK(told("a.d: 2.5 is not allowed; it must be 1") == "a.d: 2.50 is not allowed; it must be 1");
  CHECK(told("e: expected text, got 100.0") == "e: expected text, got 1e2");
  CHECK(told("a.b[0][1]: 2 is not allowed") == "a.b[0][1]: 2 is not allowed");
  CHECK(with_number_as_written("--seed: expected a whole number, got 1e+20", "100000000000000000000",
                               "--seed") == "--seed: expected a whole number, got 100000000000000000000");
  CHECK(with_number_as_written("--seed: expected a whole number, got \"x\"", "x", "--seed") ==
        "--seed: expected a whole number, got \"x\"");
}
