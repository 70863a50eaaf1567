#include "render/heat/heat_map.hpp"

#include <cmath>

#include "render/heat/heat_cells.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

HeatMap matrix(std::size_t n) {
  HeatMap map{.title = "Confusion", .x_label = "predicted", .y_label = "true", .rows = n, .columns = n};
  for (std::size_t i = 0; i < n * n; ++i) {
    map.values.push_back(i % (n + 1) == 0 ? 0.9 : 0.1 / static_cast<double>(n));
    map.texts.push_back("90%\n12");
  }
  for (std::size_t i = 0; i < n; ++i) map.row_names.push_back("class " + std::to_string(i));
  map.column_names = map.row_names;
  return map;
}

Drawing drawn(const HeatMap& map) {
  return {page.size(), draw(map, page, plain_style())};
}

}  // namespace

TEST_CASE("heat map: two classes with margins have the approved shapes") {
  HeatMap map = matrix(2);
  map.range = Range{0, 1};
  map.value_label = "share";
  map.format = NumberFormat::percent;
  map.right = Strip{.label = "recall", .values = {0.9, 0.5}};
  map.bottom = Strip{.label = "precision", .values = {0.8, std::nan("")}};
  approve("heat_map", to_text(drawn(map)));
}

TEST_CASE("heat map: every cell is a rectangle where they are few, one image where they are many") {
  CHECK(all<Image>(drawn(matrix(10)).shapes).size() == 1);
  CHECK(all<Rectangle>(drawn(matrix(10)).shapes).size() == 100);
  CHECK(all<Image>(drawn(matrix(100)).shapes).size() == 2);
  CHECK(all<Rectangle>(drawn(matrix(100)).shapes).empty());
}

TEST_CASE("heat map: cells carry all their lines, else the first, else none") {
  CHECK(says(drawn(matrix(4)).shapes, "90%\n12"));
  HeatMap wide = matrix(10);
  wide.rows = 10;
  const auto narrow = draw(wide, {0, 0, 800, 330}, plain_style());
  CHECK_FALSE(says(narrow, "90%\n12"));
  CHECK(says(narrow, "90%"));
  const auto tiny = draw(matrix(40), {0, 0, 500, 400}, plain_style());
  CHECK_FALSE(says(tiny, "90%"));
}

TEST_CASE("heat map: text in a cell has the colour that reads on it") {
  HeatMap map = matrix(2);
  map.texts = {"high", "low", "low", "high"};
  for (const auto& text : all<Text>(drawn(map).shapes)) {
    if (text.text == "high") CHECK(text.color == black);
    if (text.text == "low") CHECK(text.color == white);
  }
}

TEST_CASE("heat map: a missing value is blank") {
  HeatMap map = matrix(2);
  map.values[1] = std::nan("");
  const auto cells = all<Rectangle>(drawn(map).shapes);
  CHECK(cells.at(1).fill == blank_gray);
}

TEST_CASE("heat map: pooling to fewer pixels keeps the largest cell or the mean") {
  HeatMap map{.rows = 4, .columns = 4, .values = std::vector<double>(16, 0.0)};
  map.values[5] = 1;
  CHECK(pooled(map, 2, 2) == std::vector<double>{1, 0, 0, 0});
  map.pool = Pool::mean;
  CHECK(pooled(map, 2, 2) == std::vector<double>{0.25, 0, 0, 0});
}

TEST_CASE("heat map: pooling passes over missing cells") {
  HeatMap map{.rows = 1, .columns = 4, .values = {std::nan(""), 3, std::nan(""), std::nan("")}};
  const auto row = pooled(map, 2, 1);
  CHECK(row[0] == 3);
  CHECK(std::isnan(row[1]));
}

TEST_CASE("heat map: more pixels than cells repeat the cells") {
  const HeatMap map{.rows = 1, .columns = 2, .values = {1, 2}};
  CHECK(pooled(map, 4, 1) == std::vector<double>{1, 1, 2, 2});
}

TEST_CASE("heat map: one wrong cell among a million is seen") {
  HeatMap map{.rows = 1000, .columns = 1000, .values = std::vector<double>(1'000'000, 0.0)};
  map.values[777'123] = 1;
  const auto image = all<Image>(drawn(map).shapes).at(0);
  const Color hit = color_at(ColorMap::viridis, 1);
  int found = 0;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    found += image.rgb[i] == hit.red && image.rgb[i + 1] == hit.green && image.rgb[i + 2] == hit.blue;
  }
  CHECK(found == 1);
}

TEST_CASE("heat map: diverging colours are even around 0") {
  const Range range =
      color_range({.rows = 1, .columns = 2, .values = {-1, 4}, .colors = ColorMap::diverging});
  CHECK(range.low == -4);
  CHECK(range.high == 4);
}

TEST_CASE("heat map: equal values still have a range") {
  const Range range = color_range({.rows = 1, .columns = 2, .values = {3, 3}});
  CHECK(range.low < range.high);
}

TEST_CASE("heat map: colours follow the logarithm where asked for") {
  CHECK(color_share(10, {1, 100}, ScaleKind::log) == Approx(0.5));
  CHECK(color_share(0, {1, 100}, ScaleKind::log) == 0);
}

TEST_CASE("heat map: a square one has cells as wide as high") {
  HeatMap map = matrix(100);
  map.square = true;
  const auto image = all<Image>(drawn(map).shapes).at(0);
  CHECK(image.box.width == image.box.height);
}

TEST_CASE("heat map: a thousand names are thinned, and each is at its row") {
  const auto shapes = drawn(matrix(1000)).shapes;
  const auto image = all<Image>(shapes).at(0);
  int names = 0;
  for (const auto& text : all<Text>(shapes)) {
    if (!text.text.starts_with("class ") || text.degrees != 0) continue;
    const double row = std::stod(text.text.substr(6)) + 0.5;
    CHECK(text.at.y == Approx(image.box.y + image.box.height * row / 1000));
    ++names;
  }
  CHECK(names >= 10);
  CHECK(names <= 50);
}

TEST_CASE("heat map: a matrix of nothing says so") {
  CHECK(says(draw(HeatMap{.title = "Empty"}, page, plain_style()), "no data"));
}

TEST_CASE("heat map: margins show their values, and a dash for none") {
  HeatMap map = matrix(3);
  map.right = Strip{.label = "recall", .values = {0.9, std::nan(""), 0.25}};
  const auto shapes = drawn(map).shapes;
  for (const auto* text : {"recall", "90.0%", "–", "25.0%"}) CHECK(says(shapes, text));
}

TEST_CASE("heat map: the texts of margins stand beside their bars, whatever the values") {
  HeatMap map = matrix(5);
  map.right = Strip{.label = "recall", .values = {0, 0.3, 0.5, 0.8, 1}};
  map.bottom = Strip{.label = "precision", .values = {1, 0.7, 0.5, 0.2, 0}};
  map.texts.clear();
  const auto shapes = drawn(map).shapes;
  const auto boxes = all<Rectangle>(shapes);
  int written = 0;
  for (const auto& text : all<Text>(shapes)) {
    if (!text.text.ends_with("%")) continue;
    ++written;
    // The first 25 are cells, then each strip has its ground and its bars.
    for (std::size_t i = 25; i < boxes.size(); ++i) {
      const bool ground = i == 25 || i == 31;
      if (!ground) CHECK(shared_area(boxes[i].box, bounds(text, approximate_size)) == 0);
    }
  }
  CHECK(written == 10);
}
