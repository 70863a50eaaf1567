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

TEST_CASE("marks: upright bars stand on 0, a unit apart, with a gap between them") {
  const auto boxes = bar_boxes({.to = {5, 10}}, frame());
  REQUIRE(boxes.size() == 2);
  CHECK(boxes[0].box.x == Approx(6));
  CHECK(boxes[0].box.right() == Approx(13));
  CHECK(boxes[0].box.y == Approx(50));
  CHECK(boxes[0].box.bottom() == Approx(100));
  CHECK(boxes[1].box.height == Approx(100));
}

TEST_CASE("marks: level bars begin at the left") {
  const auto boxes = bar_boxes({.along = Along::y, .to = {5}}, frame());
  CHECK(boxes.at(0).box.x == Approx(0));
  CHECK(boxes[0].box.width == Approx(50));
  CHECK(boxes[0].box.center().y == Approx(90).margin(1));
}

TEST_CASE("marks: bars of a group lie side by side, and none covers another") {
  const auto first = bar_boxes({.at = {5}, .to = {5}, .member = 0, .members = 2}, frame());
  const auto second = bar_boxes({.at = {5}, .to = {5}, .member = 1, .members = 2}, frame());
  CHECK(first.at(0).box.right() <= second.at(0).box.x);
  CHECK(second[0].box.x - first[0].box.right() <= 1);
}

TEST_CASE("marks: stacked bars begin where others end, and what falls goes down from 0") {
  const auto stacked = bar_boxes({.to = {8}, .from = {5}}, frame());
  CHECK(stacked.at(0).box.y == Approx(20));
  CHECK(stacked[0].box.height == Approx(30));
  const auto falling = bar_boxes({.to = {-5}}, frame({0, 10}, {-10, 10}));
  CHECK(falling.at(0).box.y == Approx(50));
  CHECK(falling[0].box.height == Approx(25));
}

TEST_CASE("marks: NaN is no bar, and the others keep their places") {
  const auto boxes = bar_boxes({.to = {missing, 4}}, frame());
  REQUIRE(boxes.size() == 1);
  CHECK(boxes[0].index == 1);
  CHECK(boxes[0].box.center().x == Approx(20).margin(1));
}

TEST_CASE("marks: on a log axis bars begin at the edge of the plot") {
  Frame logarithmic = frame();
  logarithmic.y = Scale(ScaleKind::log, {1, 100}, {100, 0});
  CHECK(bar_boxes({.to = {10}}, logarithmic).at(0).box.height == Approx(50));
}

TEST_CASE("marks: a million bars become one a pixel, and the longest is not lost") {
  Bars bars{.to = std::vector<double>(1'000'000, 1)};
  bars.to[123'456] = 9;
  const auto boxes = bar_boxes(bars, frame({0, 1'000'000}));
  CHECK(boxes.size() <= 101);
  CHECK(std::ranges::any_of(boxes, [](const BarBox& one) { return one.box.y == Approx(10); }));
}

TEST_CASE("marks: bars stretch the axes to their edges, their ends and 0") {
  Extent extent;
  extend(extent, Bars{.to = {3, 7}});
  CHECK(extent.x.range(ScaleKind::linear)->low == Approx(0.6));
  CHECK(extent.x.range(ScaleKind::linear)->high == Approx(2.4));
  CHECK(extent.y.range(ScaleKind::linear)->low == 0);
  CHECK(extent.y.range(ScaleKind::linear)->high == 7);
}

TEST_CASE("marks: texts keep off bars and their ends, wherever they point") {
  const auto up = outline(Bars{.to = {4}}, frame());
  REQUIRE(up.size() == 5);
  CHECK(up[0].y == Approx(100));
  CHECK(up[1].y == Approx(60));
  CHECK(up[2].y == up[3].y);
  CHECK(outline(Bars{.to = {-4}}, frame({0, 10}, {-10, 0})).at(1).y == Approx(40));
  CHECK(outline(Bars{.along = Along::y, .to = {4}}, frame()).at(1).x == Approx(40));
}
