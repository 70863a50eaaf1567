#include "render/chart/axes.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

// Whether neighbouring labels along an axis keep off each other.
bool labels_apart(const Ticks& ticks, const Scale& scale, Side side) {
  const auto shapes = draw_axis({}, ticks, scale, side, {0, 0, 300, 300}, plain_style());
  const auto texts = all<Text>(shapes);
  for (std::size_t i = 1; i < texts.size(); ++i) {
    if (shared_area(bounds(texts[i - 1], approximate_size), bounds(texts[i], approximate_size)) > 0)
      return false;
  }
  return texts.size() > 1;
}

}  // namespace

TEST_CASE("axes: labels keep off each other on short axes with long numbers") {
  for (const Range range : {Range{0, 4219}, {0, 1e-5}, {-1234567, 1234567}, {0.5, 1000.5}}) {
    for (const Side side : {Side::bottom, Side::left}) {
      const Ticks ticks = ticks_of({}, range, 300, side, plain_style());
      CHECK(labels_apart(ticks, Scale(ScaleKind::linear, range, {0, 300}), side));
    }
  }
}

TEST_CASE("axes: a thousand names are thinned to every so many") {
  Axis axis;
  for (int i = 0; i < 1000; ++i) axis.names.push_back({static_cast<double>(i), "layer " + std::to_string(i)});
  const Ticks ticks = ticks_of(axis, {0, 999}, 600, Side::bottom, plain_style());
  REQUIRE(ticks.at.size() > 2);
  CHECK(ticks.at.size() < 12);
  CHECK(ticks.labels[1] == "layer " + std::to_string(static_cast<int>(ticks.at[1])));
  CHECK(labels_apart(ticks, Scale(ScaleKind::linear, {0, 999}, {0, 300}), Side::bottom) == false);
  CHECK(labels_apart(ticks, Scale(ScaleKind::linear, {0, 999}, {0, 600}), Side::bottom));
}

TEST_CASE("axes: names outside the range are left out") {
  const Axis axis{.names = {{0, "before"}, {5, "inside"}, {20, "after"}}};
  CHECK(ticks_of(axis, {1, 10}, 500, Side::bottom, plain_style()).labels ==
        std::vector<std::string>{"inside"});
}

TEST_CASE("axes: a very long name is cut") {
  const Axis axis{.names = {{0, std::string(300, 'x')}}};
  const Ticks ticks = ticks_of(axis, {0, 1}, 500, Side::left, plain_style());
  CHECK(thickness(axis, ticks, Side::left, plain_style()) < 250);
}

TEST_CASE("axes: fixed ends win over the data, and 0 is shown where asked for") {
  Reach reach;
  reach.add(0.4);
  reach.add(0.9);
  const Range fixed = shown_range({.low = 0.0, .high = 1.0}, reach, 0.05);
  CHECK(fixed.low == 0);
  CHECK(fixed.high == 1);
  CHECK(shown_range({.from_zero = true}, reach, 0.05).low == 0);
  CHECK(shown_range({}, reach, 0.05).low == Approx(0.375));
}

TEST_CASE("axes: a fixed end beyond all data still gives a range") {
  Reach reach;
  reach.add(0.4);
  const Range low = shown_range({.low = 5.0}, reach, 0.05);
  CHECK(low.low == 5);
  CHECK(low.high > 5);
  const Range log = shown_range({.scale = ScaleKind::log, .high = 1e-3}, reach, 0.05);
  CHECK(log.high == 1e-3);
  CHECK(log.low < 1e-3);
}

TEST_CASE("axes: without data a linear axis goes from 0 to 1, a log axis from 1 to 10") {
  CHECK(shown_range({}, {}, 0.05).high == 1);
  CHECK(shown_range({.scale = ScaleKind::log}, {}, 0.05).high == 10);
}

TEST_CASE("axes: an axis takes as much room as it draws in") {
  const Axis axis{.label = "learning rate"};
  const Ticks ticks = ticks_of(axis, {0, 1e-3}, 400, Side::left, plain_style());
  const Rect plot{200, 50, 500, 400};
  const double room = thickness(axis, ticks, Side::left, plain_style());
  const auto shapes =
      draw_axis(axis, ticks, Scale(ScaleKind::linear, {0, 1e-3}, {450, 50}), Side::left, plot, plain_style());
  double leftmost = plot.x;
  for (const auto& text : all<Text>(shapes)) leftmost = std::min(leftmost, bounds(text, approximate_size).x);
  CHECK(plot.x - leftmost == Approx(room).margin(0.01));
}
