#include "render/chart/scale.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace fovea::render;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

Reach reach_of(std::initializer_list<double> values) {
  Reach reach;
  for (const double value : values) reach.add(value);
  return reach;
}

}  // namespace

TEST_CASE("scale: NaN and infinities do not stretch the range") {
  const auto range = reach_of({1, std::nan(""), inf, -inf, 3}).range(ScaleKind::linear);
  REQUIRE(range);
  CHECK(range->low == 1);
  CHECK(range->high == 3);
}

TEST_CASE("scale: no value, no range") {
  CHECK_FALSE(Reach().range(ScaleKind::linear));
  CHECK_FALSE(reach_of({std::nan("")}).range(ScaleKind::linear));
}

TEST_CASE("scale: a log range passes over what is not above 0") {
  const auto range = reach_of({-5, 0, 0.01, 100}).range(ScaleKind::log);
  REQUIRE(range);
  CHECK(range->low == 0.01);
  CHECK(range->high == 100);
  CHECK_FALSE(reach_of({-5, 0}).range(ScaleKind::log));
}

TEST_CASE("scale: a range of one value becomes one around it") {
  const Range one = padded({7, 7}, ScaleKind::linear, 0.05);
  CHECK(one.low < 7);
  CHECK(one.high > 7);
  const Range zero = padded({0, 0}, ScaleKind::linear, 0.05);
  CHECK(zero.low < zero.high);
  const Range log = padded({1e-5, 1e-5}, ScaleKind::log, 0.05);
  CHECK(log.low > 0);
  CHECK(log.high > 1e-5);
}

TEST_CASE("scale: padding does not make a loss look negative") {
  CHECK(padded({0.01, 2}, ScaleKind::linear, 0.05).low == 0);
  CHECK(padded({-2, -0.01}, ScaleKind::linear, 0.05).high == 0);
}

TEST_CASE("scale: values map to pixels along a line, or along their logarithm") {
  const Scale linear(ScaleKind::linear, {0, 10}, {100, 200});
  CHECK(linear(5) == Approx(150));
  const Scale log(ScaleKind::log, {0.01, 100}, {400, 0});
  CHECK(log(1) == Approx(200));
  CHECK(log(100) == Approx(0).margin(1e-9));
}

TEST_CASE("scale: what a log scale cannot show has no pixel") {
  const Scale log(ScaleKind::log, {0.01, 100}, {0, 1});
  CHECK(std::isnan(log(0)));
  CHECK(std::isnan(log(-1)));
}

TEST_CASE("scale: the largest numbers stay within a million pixels") {
  const auto range = reach_of({-1.7e308, 1.7e308}).range(ScaleKind::linear);
  REQUIRE(range);
  const Scale scale(ScaleKind::linear, padded(*range, ScaleKind::linear, 0.05), {0, 100});
  CHECK(scale(0) == Approx(50));
  CHECK(std::abs(Scale(ScaleKind::linear, {0, 1}, {0, 100})(1e300)) <= 1e6);
}
