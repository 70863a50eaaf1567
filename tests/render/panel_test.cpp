#include "render/chart/panel.hpp"

#include <cmath>

#include "render/chart/legend.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

Panel losses() {
  return {
      .title = "Loss",
      .x = {.label = "epoch", .integers = true},
      .y = {.label = "loss (nats)"},
      .marks = {Span{.from = 0, .to = 2, .label = "warmup"}, Line{.name = "train", .y = {2, 1.2, 0.8, 0.6}},
                Line{.name = "validation", .y = {2.1, 1.4, 1.1, 1.2}, .color = category(1)},
                Rule{.at = 3, .label = "best epoch 3"}, Note{.x = 3, .y = 1.1, .text = "1.1"}}};
}

Drawing drawn(const Panel& panel) {
  return {page.size(), draw(panel, page, plain_style())};
}

}  // namespace

TEST_CASE("panel: a line chart has the approved shapes") {
  approve("line_chart", to_text(drawn(losses())));
}

TEST_CASE("panel: title, labels, legend and annotations are all written, and none covers another") {
  const auto drawing = drawn(losses());
  for (const auto* text :
       {"Loss", "epoch", "loss (nats)", "train", "validation", "best epoch 3", "warmup", "1.1"})
    CHECK(says(drawing.shapes, text));
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
}

TEST_CASE("panel: without values it says so and draws no ticks") {
  const auto shapes =
      draw(Panel{.title = "Loss", .marks = {Line{.y = {std::nan("")}}}, .empty = "nothing yet"}, page,
           plain_style());
  CHECK(words(shapes) == std::vector<std::string>{"Loss", "nothing yet"});
}

TEST_CASE("panel: one epoch has one tick on its axis") {
  const auto shapes =
      draw(Panel{.x = {.integers = true}, .y = {.names = {{0, " "}}}, .marks = {Line{.y = {0.7}}}}, page,
           plain_style());
  CHECK(words(shapes) == std::vector<std::string>{"1"});
  CHECK(all<Marker>(shapes).size() == 1);
}

TEST_CASE("panel: a top axis counts the same places in its own unit") {
  Panel panel{.x = {.names = {{400, "step 400"}}},
              .y = {.names = {{99, ""}}},
              .top = TopAxis{.axis = {.names = {{4, "epoch 4"}}}, .factor = 0.01},
              .marks = {Line{.x = {0, 1000}, .y = {1, 0}}}};
  const auto texts = all<Text>(draw(panel, page, plain_style()));
  REQUIRE(texts.size() == 2);
  CHECK(texts[0].at.x == Approx(texts[1].at.x));
  CHECK(texts[0].at.y > texts[1].at.y);
}

TEST_CASE("panel: a right axis has its own numbers") {
  Panel panel{.y = {.label = "loss"},
              .right = Axis{.label = "rate"},
              .marks = {Line{.y = {0, 1}}, Line{.y = {0, 500}, .on_right = true}}};
  const auto shapes = draw(panel, page, plain_style());
  CHECK(says(shapes, "1.0"));
  CHECK(says(shapes, "500"));
  CHECK(says(shapes, "rate"));
}

TEST_CASE("panel: a logarithm of values not above 0 is no data") {
  const auto shapes =
      draw(Panel{.y = {.scale = ScaleKind::log}, .marks = {Line{.y = {0, -1}}}}, page, plain_style());
  CHECK(says(shapes, "no data"));
}

TEST_CASE("panel: a legend at the right lies beside the plot") {
  Panel panel = losses();
  panel.legend = LegendPlace::right;
  const auto drawing = drawn(panel);
  for (const auto& text : all<Text>(drawing.shapes)) {
    if (text.text == "train") CHECK(text.at.x > 600);
  }
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
}

TEST_CASE("panel: lines are cut at the plot, dots outside it are left out") {
  const Panel panel{.y = {.low = 0.0, .high = 1.0}, .marks = {Line{.y = {0.5, 9, 0.5}, .markers = true}}};
  const auto shapes = draw(panel, page, plain_style());
  CHECK(all<Marker>(shapes).size() == 2);
  CHECK(all<Group>(shapes).size() == 1);
}

TEST_CASE("panel: twenty notes at one point are all readable or left out") {
  Panel panel = losses();
  for (int i = 0; i < 20; ++i)
    panel.marks.push_back(Note{.x = 2, .y = 1.4, .text = "note " + std::to_string(i)});
  CHECK(misplaced_texts(drawn(panel), approximate_size) == std::vector<std::string>{});
}

TEST_CASE("panel: at least the asked margins are kept") {
  const Margins own = margins(losses(), page, plain_style());
  const auto shapes = draw(losses(), page, plain_style(), {own.left + 50, 0, 0, 0});
  CHECK(all<Group>(shapes).at(0).clip.x >= own.left + 46);
}

TEST_CASE("panel: bars have their name in the legend with a patch, and their texts at their ends") {
  const Bars bars{.name = "train", .along = Along::y, .to = {10, 100}, .texts = {"ten", "a hundred"}};
  const auto drawing = drawn({.marks = {bars}});
  for (const auto* text : {"train", "ten", "a hundred"}) CHECK(says(drawing.shapes, text));
  CHECK(legend_entries(std::vector<Mark>{bars}).at(0).sign == LegendEntry::Sign::patch);
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
}

TEST_CASE("panel: bars that are thinner than their texts stay without") {
  Bars bars{
      .along = Along::y, .to = std::vector<double>(100, 1), .texts = std::vector<std::string>(100, "one")};
  CHECK_FALSE(says(drawn({.marks = {bars}}).shapes, "one"));
}
