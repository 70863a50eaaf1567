#include "render/heat/strip.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::render {
namespace {

constexpr Color ground = rgb(0xf1f3f5);
constexpr Color bar_color = rgb(0xa9c9e3);

std::string value_text(const Strip& strip, double value) {
  if (std::isnan(value)) return "–";
  return strip.format == NumberFormat::percent ? percent(value) : number(value);
}

double share_of(const Strip& strip, double value) {
  return std::isnan(value) ? 0 : std::clamp(value / strip.full, 0.0, 1.0);
}

// The means of neighbours where there are more values than pixels.
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

// The values as text over their bars, where the widest fits.
Shapes texts(const Strip& strip, const std::vector<Rect>& slots, const Style& style) {
  const Font font{std::max(11.0, style.tick - 2)};
  if (slots.empty() || style.line_height(font.size) > slots[0].height || slots[0].width < font.size)
    return {};
  double widest = 0;
  for (const double value : strip.values)
    widest = std::max(widest, style.measure(value_text(strip, value), font).width);
  if (widest > slots[0].width - 4) return {};
  Shapes shapes;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    shapes.push_back(Text{.at = slots[i].center(),
                          .text = value_text(strip, strip.values[i]),
                          .font = font,
                          .align = Align::middle,
                          .vertical = VerticalAlign::middle});
  }
  return shapes;
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
  std::vector<Rect> slots;
  const std::size_t count = strip.values.size();
  for (std::size_t i = 0; i < count; ++i) {
    slots.push_back(cell_of(box, count, 1, i, 0, 0).inset({0, 0, 0, gap_between(box.height, count)}));
    Rect bar = slots.back();
    bar.width *= share_of(strip, strip.values[i]);
    shapes.push_back(Rectangle{.box = bar, .fill = bar_color});
  }
  append(shapes, texts(strip, slots, style));
  Text name =
      label(strip, {box.center().x, box.bottom() + style.gap * 0.6}, box.width + style.gap * 3, style);
  name.align = Align::middle;
  shapes.push_back(std::move(name));
  return shapes;
}

Shapes draw_bottom_strip(const Strip& full_strip, const Rect& box, double label_room, const Style& style) {
  const Strip strip = thinned(full_strip, box.width);
  Shapes shapes{Rectangle{.box = box, .fill = ground}};
  std::vector<Rect> slots;
  const std::size_t count = strip.values.size();
  for (std::size_t i = 0; i < count; ++i) {
    slots.push_back(cell_of(box, 1, count, 0, i, 0).inset({0, 0, gap_between(box.width, count), 0}));
    Rect bar = slots.back();
    const Rect filled = bar.cut_bottom(bar.height * share_of(strip, strip.values[i]));
    shapes.push_back(Rectangle{.box = filled, .fill = bar_color});
  }
  append(shapes, texts(strip, slots, style));
  Text name = label(strip, {box.x - style.gap * 0.6, box.center().y}, label_room - style.gap, style);
  name.align = Align::end;
  name.vertical = VerticalAlign::middle;
  shapes.push_back(std::move(name));
  return shapes;
}

}  // namespace fovea::render
