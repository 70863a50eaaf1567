#include "render/layout.hpp"

#include "graph/error.hpp"
#include "render/chart/panel.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

// A chart that only shows which box it got.
struct Probe {
  Color color;
};
Shapes draw(const Probe& probe, const Rect& box, const Style&) {
  return {Rectangle{.box = box, .fill = probe.color}};
}

std::vector<Rect> boxes(const Figure& figure) {
  std::vector<Rect> result;
  for (const auto& one : all<Rectangle>(draw(figure, {0, 0, 400, 300}, plain_style())))
    result.push_back(one.box);
  return result;
}

}  // namespace

TEST_CASE("layout: charts share the width by weight, with a gap between") {
  const auto got = boxes({.columns = {2, 1}, .gap = 10, .subplots = {Probe{}, Probe{}}});
  CHECK(got[0].width == Approx(260));
  CHECK(got[1].x == Approx(270));
  CHECK(got[1].right() == Approx(400));
}

TEST_CASE("layout: charts fill rows in reading order, wide ones where they fit") {
  const auto got = boxes({.columns = {1, 1}, .gap = 0, .subplots = {Probe{}, Subplot(Probe{}, 2), Probe{}}});
  CHECK(got[1].y == Approx(150));
  CHECK(got[1].width == Approx(400));
  CHECK(got[2].x == Approx(200));
  CHECK(got[2].y == Approx(0));
}

TEST_CASE("layout: a tall chart takes its rows") {
  const auto got =
      boxes({.columns = {1, 1}, .gap = 0, .subplots = {Subplot(Probe{}, 1, 2), Probe{}, Probe{}}});
  CHECK(got[0].height == Approx(300));
  CHECK(got[2].x == Approx(200));
  CHECK(got[2].y == Approx(150));
}

TEST_CASE("layout: a figure may hold a figure") {
  const Figure inner{.columns = {1, 1}, .gap = 0, .subplots = {Probe{}, Probe{}}};
  const auto got = boxes({.columns = {1, 1}, .gap = 0, .subplots = {Probe{}, inner}});
  CHECK(got[2].x == Approx(300));
}

TEST_CASE("layout: plots one above another line up at both sides") {
  const auto panel = [](double largest) { return Panel{.marks = {Line{.y = {0, largest}}}}; };
  const Figure figure{.columns = {1}, .subplots = {panel(1), panel(1234567.5)}};
  const auto plots = all<Group>(draw(figure, {0, 0, 800, 600}, plain_style()));
  CHECK(plots.at(0).clip.x == plots.at(1).clip.x);
  CHECK(plots[0].clip.right() == plots[1].clip.right());
}

TEST_CASE("layout: plots side by side line up above and below") {
  const Panel plain{.marks = {Line{.y = {0, 1}}}};
  const Panel titled{
      .title = "Accuracy", .x = {.label = "epoch"}, .marks = {Line{.name = "train", .y = {0, 1}}}};
  const auto plots = all<Group>(
      draw(Figure{.columns = {1, 1}, .subplots = {plain, titled}}, {0, 0, 1200, 600}, plain_style()));
  CHECK(plots.at(0).clip.y == plots.at(1).clip.y);
  CHECK(plots[0].clip.bottom() == plots[1].clip.bottom());
}

TEST_CASE("layout: texts shrink in small charts and not in large ones") {
  CHECK(text_scale({1600, 1000}) == 1);
  CHECK(text_scale({320, 1000}) == Approx(0.5));
  CHECK(text_scale({10, 10}) == 0.5);
}

TEST_CASE("layout: a figure within a figure shrinks its texts once") {
  const Panel panel{.title = "Loss", .marks = {Line{.y = {0, 1}}}};
  const Figure inner{.columns = {1, 1}, .gap = 0, .subplots = {panel, panel}};
  const auto size = [](const Figure& figure) {
    return all<Text>(draw(figure, {0, 0, 1600, 400}, plain_style())).at(0).font.size;
  };
  const Figure four{.columns = {1, 1, 1, 1}, .gap = 0, .subplots = {panel, panel, panel, panel}};
  const Figure nested{.columns = {1, 1}, .gap = 0, .subplots = {inner, inner}};
  CHECK(size(nested) == Approx(size(four)));
}

TEST_CASE("layout: a legend at the right takes no room from the plot below") {
  const Panel keyed{.marks = {Line{.name = "train", .y = {0, 1}}}, .legend = LegendPlace::right};
  const Panel plain{.marks = {Line{.y = {0, 1}}}};
  const auto plots = all<Group>(draw(Figure{.subplots = {keyed, plain}}, {0, 0, 800, 800}, plain_style()));
  CHECK(plots.at(0).clip.x == plots.at(1).clip.x);
  CHECK(plots[0].clip.right() < plots[1].clip.right() - 50);
}

TEST_CASE("layout: a figure begins with white ground over all of it") {
  const Drawing drawing = draw(Figure{.size = {640, 400}}, approximate_size);
  const auto ground = std::get<Rectangle>(drawing.shapes.at(0));
  CHECK(ground.fill == white);
  CHECK(ground.box.right() == 640);
  CHECK(ground.box.bottom() == 400);
}

TEST_CASE("layout: a size that cannot be drawn is named with what would be right") {
  const auto message = [](Size size) -> std::string {
    try {
      draw(Figure{.size = size}, approximate_size);
    } catch (const fovea::Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message({0, 1000}) == "figure: size 0 x 1,000 pixels; each side must be between 16 and 16384");
  CHECK(message({1600, 1e9}) ==
        "figure: size 1,600 x 1,000,000,000 pixels; each side must be between 16 and 16384");
  CHECK(message({1600, 1000}).empty());
}
