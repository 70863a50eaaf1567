#include "render/chart/pie.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

Pie pie_of(const std::vector<double>& values, const std::string& name = "piece ") {
  Pie pie;
  for (std::size_t i = 0; i < values.size(); ++i)
    pie.wedges.push_back({name + std::to_string(i), values[i], wedge_color(i)});
  return pie;
}

Drawing pie_drawn(const Pie& pie, const Rect& box = page) {
  return {page.size(), draw(pie, box, plain_style())};
}

// The area of an outline, by the shoelace formula.
double area(const std::vector<Point>& points) {
  double twice = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point a = points[i], b = points[(i + 1) % points.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

}  // namespace

TEST_CASE("pie: wedges have areas as their values are") {
  const auto wedges = all<Polygon>(pie_drawn(pie_of({1, 2, 5})).shapes);
  REQUIRE(wedges.size() == 3);
  CHECK(area(wedges[1].points) / area(wedges[0].points) == Approx(2).epsilon(0.001));
  CHECK(area(wedges[2].points) / area(wedges[0].points) == Approx(5).epsilon(0.001));
}

TEST_CASE("pie: the first wedge begins at the top and goes to the right") {
  const auto first = all<Polygon>(pie_drawn(pie_of({1, 3})).shapes).at(0).points;
  CHECK(first[1].x == Approx(first[0].x));
  CHECK(first[1].y < first[0].y);
  CHECK(first.back().x > first[0].x);
  CHECK(first.back().y == Approx(first[0].y));
}

TEST_CASE("pie: every wedge is named with its percent, and one without value is left out") {
  const auto drawing = pie_drawn(pie_of({1, 0, 3}));
  CHECK(words(drawing.shapes) == std::vector<std::string>{"piece 0: 25.0%", "piece 2: 75.0%"});
}

TEST_CASE("pie: a single wedge is a whole disc without a cut") {
  const auto drawing = pie_drawn(pie_of({7}));
  CHECK(says(drawing.shapes, "piece 0: 100.0%"));
  CHECK(all<Polyline>(drawing.shapes).size() == 1);
}

TEST_CASE("pie: names stay clear of each other where many wedges are thin") {
  std::vector<double> values(12, 0.001);
  values[5] = 1;
  for (const std::string name :
       {"n", "a name that is far too long for the room beside a pie, whatever it means "}) {
    const auto drawing = pie_drawn(pie_of(values, name));
    CHECK(words(drawing.shapes).size() == 12);
    CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
  }
}

TEST_CASE("pie: where there is no room for all names the smallest wedges stay without") {
  const auto drawing = pie_drawn(pie_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), {100, 100, 500, 70});
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
  CHECK_FALSE(says(drawing.shapes, "piece 0: 1.3%"));
}

TEST_CASE("pie: without values it says so") {
  auto pie = pie_of({0, 0});
  pie.empty = "nothing yet";
  CHECK(words(pie_drawn(pie).shapes) == std::vector<std::string>{"nothing yet"});
}

TEST_CASE("pie: the colours of 16 wedges all differ") {
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(wedge_color(i) == wedge_color(j));
  }
}

TEST_CASE("pie: a name that a smaller pie has room for is not cut") {
  const std::string name = "a class with a long name";
  const Pie pie{.wedges = {{name, 1, category(0)}, {"short", 2, category(1)}}};
  const auto shapes = draw(pie, {0, 0, 1100, 500}, plain_style());
  CHECK(says(shapes, name + ": 33.3%"));
}
