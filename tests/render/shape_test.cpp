#include "render/shape.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

TEST_CASE("shape: every kind of shape has a line of text") {
  const Drawing drawing{{40, 30},
                        {Rectangle{.box = {0, 0, 40, 30}, .fill = white, .stroke = {black, 1}},
                         Polyline{{{1, 2}, {-0.04, 3.25}}, {okabe_ito::blue, 2, Dash::dashed}},
                         Polygon{{{0, 0}, {1, 0}, {1, 1}}, okabe_ito::sky.faded(0.5)},
                         Marker{.at = {5, 5}, .shape = MarkerShape::diamond},
                         Text{.at = {3, 4}, .text = "two\nlines", .font = {12, true}, .degrees = 90},
                         Group{{0, 0, 9, 9}, {Image{{0, 0, 2, 1}, 2, 1, {1, 2, 3, 4, 5, 6}}}}}};
  approve("shapes", to_text(drawing));
}

TEST_CASE("shape: other pixels have another checksum") {
  const auto text = [](std::uint8_t value) {
    return to_text(Drawing{{1, 1}, {Image{{0, 0, 1, 1}, 1, 1, {value, 0, 0}}}});
  };
  CHECK(text(1) != text(2));
}

TEST_CASE("shape: a turned text stands in a turned box") {
  const Measure fixed = [](std::string_view, const Font&) { return Size{100, 20}; };
  const Rect box = bounds({.at = {50, 50}, .text = "x", .degrees = 90}, fixed);
  CHECK(box.x == Approx(50));
  CHECK(box.y == Approx(-50));
  CHECK(box.width == Approx(20));
  CHECK(box.height == Approx(100));
}

TEST_CASE("shape: the box of a text depends on where it is held") {
  const Measure fixed = [](std::string_view, const Font&) { return Size{100, 20}; };
  const Rect box =
      bounds({.at = {0, 0}, .text = "x", .align = Align::end, .vertical = VerticalAlign::middle}, fixed);
  CHECK(box.x == Approx(-100));
  CHECK(box.y == Approx(-10));
}

TEST_CASE("shape: moving takes along what is in groups") {
  const auto shapes = moved({Group{{0, 0, 5, 5}, {Marker{.at = {1, 1}}}}}, {10, 20});
  CHECK(std::get<Group>(shapes[0]).clip.x == 10);
  CHECK(all<Marker>(shapes).at(0).at.y == 21);
}
