#include "render/heat/strip.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::render {
namespace {

constexpr Color ground = rgb(0xf1f3f5);
constexpr Color bar_color = rgb(0xa9c9e3);

// The length in pixels of a full bar below which the texts take the whole strip.
constexpr double shortest_bar = 10;

std::string value_text(const Strip& strip, double value) {
  if (std::isnan(value)) return "–";
  return strip.format == NumberFormat::percent ? percent(value) : number(value);
}

double share_of(const Strip& strip, double value) {
  return std::isnan(value) ? 0 : std::clamp(value / strip.full, 0.0, 1.0);
}

// Averages neighbours if there are more values than pixels.
Strip thinned(Strip strip, double pixels) {
  const auto count = static_cast<std::size_t>(std::max(1.0, pixels));
  if (strip.values.size() <= count) return strip;
  std::vector<double> means;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * strip.values.size() / count;
    const std::size_t end = (i + 1) * strip.values.size() / count;
    double sum = 0;
    double seen = 0;
    for (std::size_t j = begin; j < end; ++j) {
      if (std::isnan(strip.values[j])) continue;
      sum += strip.values[j];
      ++seen;
    }
    means.push_back(seen > 0 ? sum / seen : std::nan(""));
  }
  strip.values = std::move(means);
  return strip;
}

Font text_font(const Style& style) {
  return {std::max(11.0, style.tick - 2)};
}

// Returns the size of the largest value as text.
Size largest_text(const Strip& strip, const Style& style) {
  Size largest;
  for (const double value : strip.values) {
    const Size size = style.measure(value_text(strip, value), text_font(style));
    largest = {std::max(largest.width, size.width), std::max(largest.height, size.height)};
  }
  return largest;
}

Text value_at(const Strip& strip, std::size_t i, Point at, Align align, const Style& style) {
  return {.at = at,
          .text = value_text(strip, strip.values[i]),
          .font = text_font(style),
          .align = align,
          .vertical = VerticalAlign::middle};
}

Text label(const Strip& strip, Point at, double width, const Style& style) {
  return {.at = at,
          .text = elided(printable(strip.label), {style.tick}, width, style.measure),
          .font = {style.tick}};
}

double gap_between(double length, std::size_t count) {
  return length > 24 * static_cast<double>(count) ? 2 : 0;
}

}  // namespace

Shapes draw_right_strip(const Strip& full_strip, const Rect& box, const Style& style) {
  const Strip strip = thinned(full_strip, box.height);
  Shapes shapes{Rectangle{.box = box, .fill = ground}};
  Shapes texts;
  const std::size_t count = strip.values.size();
  const Size text = largest_text(strip, style);
  const double beside = text.width + 6;
  const bool written =
      text.height * static_cast<double>(count) <= box.height && beside + shortest_bar <= box.width;
  for (std::size_t i = 0; i < count; ++i) {
    Rect bar = cell_of(box, count, 1, i, 0, 0).inset({0, 0, 0, gap_between(box.height, count)});
    const Point end{bar.right() - 3, bar.center().y};
    bar.width = (bar.width - (written ? beside : 0)) * share_of(strip, strip.values[i]);
    shapes.push_back(Rectangle{.box = bar, .fill = bar_color});
    if (written) texts.push_back(value_at(strip, i, end, Align::end, style));
  }
  append(shapes, std::move(texts));
  Text name =
      label(strip, {box.center().x, box.bottom() + style.gap * 0.6}, box.width + style.gap * 3, style);
  name.align = Align::middle;
  shapes.push_back(std::move(name));
  return shapes;
}

Shapes draw_bottom_strip(const Strip& full_strip, const Rect& box, double label_room, const Style& style) {
  const Strip strip = thinned(full_strip, box.width);
  Shapes shapes{Rectangle{.box = box, .fill = ground}};
  Shapes texts;
  const std::size_t count = strip.values.size();
  const Size text = largest_text(strip, style);
  const bool written =
      (text.width + 4) * static_cast<double>(count) <= box.width && text.height + shortest_bar <= box.height;
  for (std::size_t i = 0; i < count; ++i) {
    Rect bar = cell_of(box, 1, count, 0, i, 0).inset({0, 0, gap_between(box.width, count), 0});
    const Rect above = bar.cut_top(written ? text.height : 0);
    const Rect filled = bar.cut_bottom(bar.height * share_of(strip, strip.values[i]));
    shapes.push_back(Rectangle{.box = filled, .fill = bar_color});
    if (written) texts.push_back(value_at(strip, i, above.center(), Align::middle, style));
  }
  append(shapes, std::move(texts));
  Text name = label(strip, {box.x - style.gap * 0.6, box.center().y}, label_room - style.gap, style);
  name.align = Align::end;
  name.vertical = VerticalAlign::middle;
  shapes.push_back(std::move(name));
  return shapes;
}

}  // namespace fovea::render
