#include <cmath>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/heat/heat_map.hpp"
#include "render/layout.hpp"
#include "render/table.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

using Names = std::vector<std::string>;

Names plain_names(std::size_t n) {
  Names names;
  for (std::size_t i = 0; i < n; ++i) names.push_back("class " + std::to_string(i));
  return names;
}

Names difficult_names(std::size_t n) {
  const Names some{
      "Привет, мир",
      "Ωμέγα",
      "القاهرة",
      "日本語の名前",
      "שלום עולם",
      "a\nb\tc",
      "broken \xff\xfe name",
      "",
      "Pneumonoultramicroscopicsilicovolcanoconiosis without any end in sight, and then still more of it"};
  Names names;
  for (std::size_t i = 0; i < n; ++i) names.push_back(some[i % some.size()]);
  return names;
}

Figure confusion(const Names& names) {
  const std::size_t n = names.size();
  HeatMap map{.title = "Confusion matrix",
              .x_label = "predicted class",
              .y_label = "true class",
              .rows = n,
              .columns = n};
  for (std::size_t i = 0; i < n * n; ++i) {
    map.values.push_back(i % (n + 1) == 0 ? 0.875 : 0.125);
    if (n <= 40) map.texts.push_back("87.5%\n1,234");
  }
  map.row_names = map.column_names = names;
  map.value_label = "share of the true class";
  map.format = NumberFormat::percent;
  map.right = Strip{.label = "recall", .values = std::vector<double>(n, 0.875)};
  map.bottom = Strip{.label = "precision", .values = std::vector<double>(n, 0.5)};
  Table pairs{.title = "Most confused pairs", .headings = {"true", "predicted", "share"}};
  for (std::size_t i = 0; i < n; ++i) pairs.rows.push_back({names[i], names[n - 1 - i], "12.5%"});
  return {.title = "Confusion", .columns = {2, 1}, .subplots = {std::move(map), std::move(pairs)}};
}

Figure curves(int epochs, const std::string& name = "validation") {
  Line train{.name = "train"};
  Line other{.name = name, .color = category(1)};
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    train.y.push_back(2.0 / epoch);
    other.y.push_back(2.0 / epoch + 0.01 * epoch);
  }
  const Panel panel{
      .title = name,
      .subtitle = name,
      .x = {.label = "epoch", .integers = true},
      .y = {.label = name},
      .top = TopAxis{.axis = {.label = "step"}, .factor = 1000},
      .marks = {train, other, Rule{.at = 1, .label = name}, Span{.from = 0, .to = 1.5, .label = "warmup"},
                Note{.x = 1.0, .y = 2, .text = name}, Note{.x = 1.0, .y = 2, .text = "again"}}};
  return {.title = "Curves", .columns = {1, 1}, .subplots = {panel, panel}};
}

void check_texts(Figure figure) {
  for (const Size size : {Size{1600, 1000}, {900, 600}, {600, 1200}}) {
    figure.size = size;
    CHECK(misplaced_texts(draw(figure, approximate_size), approximate_size) == Names{});
    CHECK(misplaced_texts(draw(figure, measure_text), measure_text) == Names{});
  }
}

}  // namespace

TEST_CASE("figures: a text on another or off the canvas would be found") {
  const Text here{.at = {50, 50}, .text = "here", .align = Align::middle};
  const Text there{.at = {50, 60}, .text = "there", .align = Align::middle, .degrees = 45};
  const Text outside{.at = {150, 10}, .text = "outside"};
  CHECK(misplaced_texts({{200, 100}, {here, there, outside}}, approximate_size) ==
        Names{"\"outside\" leaves the canvas", "\"here\" covers \"there\""});
}

TEST_CASE("figures: with 2, 10, 40 and 1,000 classes no text leaves the canvas or covers another") {
  for (const std::size_t n : {2, 10, 40, 1000}) {
    INFO(n << " classes");
    check_texts(confusion(plain_names(n)));
  }
}

TEST_CASE("figures: neither do very long, broken or non-Latin class names") {
  for (const std::size_t n : {2, 10, 300}) {
    INFO(n << " classes");
    check_texts(confusion(difficult_names(n)));
  }
}

TEST_CASE("figures: nor the texts of curves over 1, 5 and 30 epochs") {
  for (const int epochs : {1, 5, 30}) {
    INFO(epochs << " epochs");
    check_texts(curves(epochs));
    check_texts(curves(epochs, difficult_names(9).back()));
  }
}

TEST_CASE("figures: there is ink where each panel is") {
  const Pixels drawn = pixels(draw(curves(30), measure_text));
  const Rect left{60, 150, 700, 750};
  const Rect right{860, 150, 700, 750};
  CHECK(ink_in(drawn, left) > 2000);
  CHECK(ink_in(drawn, right) > 2000);
}

TEST_CASE("figures: there is ink where matrix, strips, colour bar and table are") {
  const Drawing drawing = draw(confusion(plain_names(100)), measure_text);
  const Pixels drawn = pixels(drawing);
  const auto images = all<Image>(drawing.shapes);
  REQUIRE(images.size() == 2);
  const Rect cells = images[0].box;
  const Rect bar = images[1].box;
  CHECK(ink_in(drawn, cells) >= cells.width * cells.height);
  CHECK(ink_in(drawn, bar) >= bar.width * bar.height * 0.95);
  CHECK(ink_in(drawn, {cells.right() + 4, cells.y, bar.x - cells.right() - 8, cells.height}) > 1000);
  CHECK(ink_in(drawn, {1080, 150, 500, 800}) > 2000);
}

TEST_CASE("figures: figures of any small size can be drawn") {
  for (const double side : {16.0, 40.0, 100.0, 250.0}) {
    Figure figure = curves(5);
    figure.size = {side, side};
    CHECK(pixels(draw(figure, measure_text)).width == side);
    figure = confusion(plain_names(10));
    figure.size = {side, side};
    CHECK(pixels(draw(figure, measure_text)).height == side);
  }
}
