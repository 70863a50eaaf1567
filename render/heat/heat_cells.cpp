#include "render/heat/heat_cells.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace fovea::render {
namespace {

// The largest number of rows or columns drawn as separate shapes, which stay sharp at every size.
constexpr std::size_t most_shapes = 48;

constexpr double smallest_text = 11;

// A table of colours, because a picture of 1,000 x 1,000 needs a million.
class Palette {
 public:
  explicit Palette(ColorMap map) {
    for (std::size_t i = 0; i < colors_.size(); ++i)
      colors_[i] = color_at(map, static_cast<double>(i) / static_cast<double>(colors_.size() - 1));
  }
  Color operator()(double share) const {
    if (std::isnan(share)) return blank_gray;
    return colors_[static_cast<std::size_t>(
        std::clamp(share, 0.0, 1.0) * static_cast<double>(colors_.size() - 1) + 0.5)];
  }

 private:
  std::array<Color, 1024> colors_;
};

// Returns the first cell on a pixel and the one after the last.
std::pair<std::size_t, std::size_t> cells_on(std::size_t pixel, std::size_t pixels, std::size_t cells) {
  const std::size_t begin = pixel * cells / pixels;
  const std::size_t end = (pixel + 1) * cells / pixels;
  return {begin, std::max(end, begin + 1)};
}

// Pools several numbers into one; NaN are ignored, and the result is NaN if there are no others.
class Pooling {
 public:
  explicit Pooling(Pool pool) : pool_(pool) {}
  void add(double value) {
    if (std::isnan(value)) return;
    largest_ = count_ == 0 ? value : std::max(largest_, value);
    sum_ += value;
    ++count_;
  }
  [[nodiscard]] double result() const {
    if (count_ == 0) return std::nan("");
    return pool_ == Pool::largest ? largest_ : sum_ / static_cast<double>(count_);
  }

 private:
  Pool pool_;
  double largest_ = 0;
  double sum_ = 0;
  std::size_t count_ = 0;
};

Image image_of(const HeatMap& map, const Range& range, const Rect& box) {
  const auto columns = static_cast<std::size_t>(std::max(1.0, std::round(box.width)));
  const auto rows = static_cast<std::size_t>(std::max(1.0, std::round(box.height)));
  const Palette palette(map.colors);
  Image image{box, static_cast<int>(columns), static_cast<int>(rows), {}, false};
  image.rgb.reserve(columns * rows * 3);
  for (const double value : pooled(map, columns, rows)) {
    const Color color = palette(color_share(value, range, map.scale));
    image.rgb.insert(image.rgb.end(), {color.red, color.green, color.blue});
  }
  return image;
}

Shapes rectangles_of(const HeatMap& map, const Range& range, const Rect& box) {
  const Palette palette(map.colors);
  const double smaller_side =
      std::min(box.width / static_cast<double>(map.columns), box.height / static_cast<double>(map.rows));
  const double gap = smaller_side > 24 ? 2 : 0;
  Shapes shapes;
  for (std::size_t row = 0; row < map.rows; ++row) {
    for (std::size_t column = 0; column < map.columns; ++column) {
      const double share = color_share(map.values[row * map.columns + column], range, map.scale);
      shapes.emplace_back(
          Rectangle{.box = cell_of(box, map.rows, map.columns, row, column, gap), .fill = palette(share)});
    }
  }
  return shapes;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// Returns the size of the largest of many texts. Only the texts with the most letters are measured.
Size largest_text(const std::vector<std::string>& texts, const Font& font, const Style& style) {
  std::size_t most = 0;
  for (const auto& text : texts) most = std::max(most, columns_of(text));
  Size largest;
  int measured = 0;
  for (const auto& text : texts) {
    if (columns_of(text) + 1 < most || ++measured > 64) continue;
    const Size size = style.measure(text, font);
    largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
  }
  return largest;
}

std::optional<Font> fitting_font(const std::vector<std::string>& texts, Size cell, const Style& style) {
  const double largest = std::clamp(cell.height / 6, style.tick, style.title);
  for (double size = largest; size >= smallest_text; size -= 1) {
    const Size needed = largest_text(texts, {size}, style);
    if (needed.width <= cell.width - 6 && needed.height <= cell.height - 4) return Font{size};
  }
  return std::nullopt;
}

}  // namespace

Range color_range(const HeatMap& map) {
  if (map.range) {
    assert(map.range->low < map.range->high);
    return *map.range;
  }
  Reach reach;
  for (const double value : map.values) reach.add(value);
  auto seen = reach.range(map.scale);
  if (!seen) return map.scale == ScaleKind::log ? Range{1, 10} : Range{0, 1};
  if (map.colors == ColorMap::diverging) {
    const double end = std::max(std::abs(seen->low), std::abs(seen->high));
    *seen = {-end, end};
  }
  return seen->low < seen->high ? *seen : padded(*seen, map.scale, 0);
}

double color_share(double value, const Range& range, ScaleKind scale) {
  if (scale == ScaleKind::linear) return (value - range.low) / (range.high - range.low);
  if (value <= 0) return 0;
  return std::log(value / range.low) / std::log(range.high / range.low);
}

std::vector<double> pooled(const HeatMap& map, std::size_t columns, std::size_t rows) {
  std::vector<double> result;
  result.reserve(columns * rows);
  for (std::size_t y = 0; y < rows; ++y) {
    const auto [top, bottom] = cells_on(y, rows, map.rows);
    for (std::size_t x = 0; x < columns; ++x) {
      const auto [left, right] = cells_on(x, columns, map.columns);
      Pooling pooling(map.pool);
      for (std::size_t row = top; row < bottom; ++row) {
        for (std::size_t column = left; column < right; ++column)
          pooling.add(map.values[row * map.columns + column]);
      }
      result.push_back(pooling.result());
    }
  }
  return result;
}

Shapes draw_cells(const HeatMap& map, const Range& range, const Rect& box) {
  if (map.rows <= most_shapes && map.columns <= most_shapes) return rectangles_of(map, range, box);
  return {image_of(map, range, box)};
}

Shapes draw_cell_texts(const HeatMap& map, const Range& range, const Rect& box, const Style& style) {
  if (map.texts.empty() || map.rows > most_shapes || map.columns > most_shapes) return {};
  const Size cell{box.width / static_cast<double>(map.columns), box.height / static_cast<double>(map.rows)};
  std::vector<std::string> texts;
  for (const auto& text : map.texts) texts.push_back(printable(text));
  auto font = fitting_font(texts, cell, style);
  if (!font) {
    for (auto& text : texts) text = first_line(text);
    font = fitting_font(texts, cell, style);
  }
  if (!font) return {};
  Shapes shapes;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    const Point at = cell_of(box, map.rows, map.columns, i / map.columns, i % map.columns, 1).center();
    const Color ground = color_at(map.colors, color_share(map.values[i], range, map.scale));
    shapes.push_back(Text{.at = at,
                          .text = std::move(texts[i]),
                          .font = *font,
                          .color = text_color_on(ground),
                          .align = Align::middle,
                          .vertical = VerticalAlign::middle});
  }
  return shapes;
}

}  // namespace fovea::render
