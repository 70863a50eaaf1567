#include "render/chart/marks.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

const double missing = std::nan("");

Frame frame(Range x = {0, 10}, Range y = {0, 10}) {
  return {{0, 0, 100, 100},
          Scale(ScaleKind::linear, x, {0, 100}),
          Scale(ScaleKind::linear, y, {100, 0}),
          Scale(ScaleKind::linear, {0, 1}, {100, 0})};
}

}  // namespace

TEST_CASE("marks: a line without x counts from 1") {
  const auto shapes = draw(Line{.y = {2, 4}}, frame());
  const auto lines = all<Polyline>(shapes);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].points[0].x == Approx(10));
  CHECK(lines[0].points[1].y == Approx(60));
}

TEST_CASE("marks: NaN breaks a line, and a value between two breaks is a dot") {
  const auto shapes = draw(Line{.y = {1, 2, missing, 5, missing, 3, 4}}, frame());
  CHECK(all<Polyline>(shapes).size() == 2);
  CHECK(all<Marker>(shapes).size() == 1);
}

TEST_CASE("marks: one epoch is one dot") {
  const auto shapes = draw(Line{.y = {3}}, frame());
  CHECK(all<Polyline>(shapes).empty());
  CHECK(all<Marker>(shapes).size() == 1);
}

TEST_CASE("marks: a line of nothing but NaN draws nothing") {
  CHECK(draw(Line{.y = {missing, missing}}, frame()).empty());
}

TEST_CASE("marks: a step line is level until the next x") {
  const auto lines = all<Polyline>(draw(Line{.y = {2, 6}, .join = Join::step}, frame()));
  REQUIRE(lines.at(0).points.size() == 3);
  CHECK(lines[0].points[1].x == Approx(20));
  CHECK(lines[0].points[1].y == lines[0].points[0].y);
}

TEST_CASE("marks: a line of a million points keeps its ends and its only peak") {
  Line line;
  for (int i = 0; i < 1'000'000; ++i) {
    line.x.push_back(i * 1e-5);
    line.y.push_back(i == 123'456 ? 9 : 1);
  }
  const auto points = all<Polyline>(draw(line, frame())).at(0).points;
  CHECK(points.size() <= 405);
  CHECK(points.front().x == Approx(0));
  CHECK(points.back().x == Approx(100).margin(0.01));
  CHECK(std::ranges::any_of(points, [](Point p) { return p.y == Approx(10); }));
}

TEST_CASE("marks: a mark on the right axis is measured by it") {
  const auto lines = all<Polyline>(draw(Line{.y = {0, 1}, .on_right = true}, frame()));
  CHECK(lines.at(0).points[1].y == Approx(0));
}

TEST_CASE("marks: a band goes out along one edge and back along the other") {
  const auto bands = all<Polygon>(draw(Band{.low = {1, 2}, .high = {3, 4}}, frame()));
  REQUIRE(bands.size() == 1);
  CHECK(bands[0].points.size() == 4);
  CHECK(bands[0].points.front().y == Approx(70));
  CHECK(bands[0].points.back().y == Approx(90));
}

TEST_CASE("marks: a band is broken where either edge is missing") {
  const auto bands = all<Polygon>(draw(Band{.low = {1, 1, missing, 1, 1}, .high = {2, 2, 2, 2, 2}}, frame()));
  CHECK(bands.size() == 2);
}

TEST_CASE("marks: a span without end reaches to the edge of the plot") {
  const Rect box = span_box({.from = 4, .to = INFINITY}, frame());
  CHECK(box.x == Approx(40));
  CHECK(box.right() == Approx(100));
}

TEST_CASE("marks: a span outside the plot is empty") {
  CHECK(span_box({.from = 20, .to = 30}, frame()).width == 0);
  CHECK(draw(Span{.from = 20, .to = 30}, frame()).empty());
}

TEST_CASE("marks: rules and notes stretch the axes, spans do not") {
  Extent extent;
  extend(extent, Rule{.along = Along::y, .at = 5});
  extend(extent, Note{.x = 2, .y = 7});
  extend(extent, Span{.from = -100, .to = 100});
  CHECK(extent.y.range(ScaleKind::linear)->low == 5);
  CHECK(extent.y.range(ScaleKind::linear)->high == 7);
  CHECK(extent.x.range(ScaleKind::linear)->low == 2);
}

TEST_CASE("marks: what is on the right stretches the right axis only") {
  Extent extent;
  extend(extent, Line{.y = {1, 9}, .on_right = true});
  CHECK_FALSE(extent.y.range(ScaleKind::linear));
  CHECK(extent.right.range(ScaleKind::linear)->high == 9);
}

TEST_CASE("marks: what texts keep off is thinned like the line, and broken like it") {
  Line line{.y = std::vector<double>(100'000, 1)};
  line.y[50'000] = missing;
  const auto points = outline(line, frame({1, 100'000}));
  CHECK(points.size() < 1000);
  CHECK(std::ranges::count_if(points, [](Point p) { return std::isnan(p.x); }) == 2);
}
