#include "render/chart/annotate.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

/// A plot of 400 x 400 over 0 to 10 across and `y` up.
Frame square_frame(Range y = {0, 10}) {
  return {{0, 0, 400, 400},
          Scale(ScaleKind::linear, {0, 10}, {0, 400}),
          Scale(ScaleKind::linear, y, {400, 0}),
          Scale(ScaleKind::linear, {0, 1}, {400, 0})};
}

std::vector<Text> annotated(const std::vector<Mark>& marks, const Frame& frame) {
  return all<Text>(annotations(marks, frame, plain_style()));
}

Rect box_of(const Text& text) {
  return bounds(text, approximate_size);
}

/// How many of `points` a text covers.
template <class Points> auto covered(const Rect& box, const Points& points) {
  return std::ranges::count_if(points, [&](Point p) { return box.contains(p); });
}

}  // namespace

TEST_CASE("annotations: the text of an upright bar stands above what rises and below what falls") {
  const auto texts = annotated({Bars{.at = {3, 7}, .to = {5, -5}, .width = 3, .texts = {"up", "down"}}},
                               square_frame({-10, 10}));
  REQUIRE(texts.size() == 2);
  CHECK(box_of(texts[0]).bottom() <= 100);
  CHECK(box_of(texts[1]).y >= 300);
}

TEST_CASE("annotations: the text of a level bar stands right of what rises and left of what falls") {
  auto across = square_frame();
  across.x = Scale(ScaleKind::linear, {-10, 10}, {0, 400});
  const auto texts =
      annotated({Bars{.along = Along::y, .at = {3, 7}, .to = {5, -5}, .texts = {"up", "down"}}}, across);
  REQUIRE(texts.size() == 2);
  CHECK(box_of(texts[0]).x >= 300);
  CHECK(box_of(texts[1]).right() <= 100);
}

TEST_CASE("annotations: a bar that falls as far as the plot has its text within its end") {
  const auto texts =
      annotated({Bars{.at = {5}, .to = {-10}, .width = 3, .texts = {"down"}}}, square_frame({-10, 10}));
  REQUIRE(texts.size() == 1);
  CHECK(box_of(texts[0]).bottom() < 400);
  CHECK(box_of(texts[0]).y > 350);
}

TEST_CASE("annotations: where another bar goes on, the text of the first stands within it") {
  const auto texts = annotated({Bars{.at = {5}, .to = {4}, .width = 3, .texts = {"first"}},
                                Bars{.at = {5}, .to = {8}, .from = {4}, .width = 3, .texts = {"second"}}},
                               square_frame());
  REQUIRE(texts.size() == 2);
  CHECK(box_of(texts[0]).y >= 240);
  CHECK(box_of(texts[1]).bottom() <= 80);
}

TEST_CASE("annotations: texts stand between the dots of a scatter, where no line is drawn") {
  const Scatter dots{.x = {1, 9}, .y = {5.5, 5.5}};
  const auto texts =
      annotated({dots, Note{.x = 5, .y = 5, .text = "between", .marker = false}}, square_frame());
  const auto alone = annotated({Note{.x = 5, .y = 5, .text = "between", .marker = false}}, square_frame());
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].at.x == alone[0].at.x);
  CHECK(texts[0].at.y == alone[0].at.y);
}

TEST_CASE("annotations: texts keep off the dots of a scatter, and off the dots of a line") {
  std::vector<double> x, y;
  std::vector<Point> places;
  for (int i = 0; i < 8; ++i) {
    x.push_back(5.5 + 0.15 * i);
    y.push_back(5.6);
    places.push_back({40 * x.back(), 400 - 40 * y.back()});
  }
  const Note note{.x = 5, .y = 5, .text = "clear", .marker = false};
  CHECK(covered(box_of(annotated({note}, square_frame()).at(0)), places) > 0);
  CHECK(covered(box_of(annotated({Scatter{.x = x, .y = y}, note}, square_frame()).at(0)), places) == 0);
  CHECK(covered(box_of(annotated({Line{.x = x, .y = y, .markers = true}, note}, square_frame()).at(0)),
                places) == 0);
}

TEST_CASE("annotations: a note about a value that is not finite takes no room from the others") {
  const auto texts = annotated(
      {Note{.x = NAN, .y = NAN, .text = "nowhere"}, Note{.x = 5, .y = 5, .text = "here"}}, square_frame());
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].text == "here");
}

TEST_CASE("annotations: two thousand notes over a line of a million points are placed within seconds") {
  Line line;
  std::vector<Mark> marks;
  for (int i = 0; i < 1'000'000; ++i) {
    line.x.push_back(i * 1e-5);
    line.y.push_back(i % 2 == 0 ? 0 : 10);
  }
  marks.push_back(line);
  for (int i = 0; i < 2000; ++i)
    marks.push_back(Note{.x = i * 0.005, .y = 5, .text = "note", .marker = i % 2 == 0});
  const double begin = seconds_of_this_thread();
  CHECK(!annotated(marks, square_frame()).empty());
  CHECK(seconds_of_this_thread() - begin < 5);
}
