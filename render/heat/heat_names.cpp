#include "render/heat/heat_names.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace fovea::render {
namespace {

// The number of names that are measured; of more names only the longest by an estimate.
constexpr std::size_t most_measured = 24;

double gap(const Style& style) {
  return style.gap * 0.6;
}

// Returns the smallest of 1, 2, 5, 10, 20 and so on that leaves `needed` pixels between names.
std::size_t stride_for(double spacing, double needed) {
  for (std::size_t power = 1;; power *= 10) {
    for (const std::size_t multiple : {1, 2, 5}) {
      const std::size_t stride = multiple * power;
      if (static_cast<double>(stride) * spacing >= needed || power > 100'000'000) return stride;
    }
  }
}

// Returns the font for names, which shrinks to a readable minimum before names are thinned.
Font font_for(double spacing, const Style& style) {
  const double line = style.line_height(style.tick);
  const double smallest = std::min(style.tick, 11.0);
  const double fitting = style.tick * std::min(1.0, spacing / line);
  return {fitting < smallest ? style.tick : fitting};
}

// Cuts every stride-th name to a width, and returns the width of the widest.
double fill(NameLayout& layout, const std::vector<std::string>& names, double width, const Style& style) {
  double widest = 0;
  layout.names.assign(names.size(), "");
  for (std::size_t i = 0; i < names.size(); i += layout.stride) {
    layout.names[i] = elided(one_line(names[i]), layout.font, width, style.measure);
    widest = std::max(widest, style.measure(layout.names[i], layout.font).width);
  }
  return widest;
}

double widest_name(const std::vector<std::string>& names, const Style& style) {
  std::vector<std::pair<double, std::size_t>> guesses;
  for (std::size_t i = 0; i < names.size(); ++i)
    guesses.emplace_back(approximate_size(names[i], {}).width, i);
  const auto measured = static_cast<std::ptrdiff_t>(std::min(names.size(), most_measured));
  std::ranges::partial_sort(guesses, guesses.begin() + measured, std::greater{});
  double widest = 0;
  for (std::ptrdiff_t i = 0; i < measured; ++i) {
    const std::string name = one_line(names[guesses[static_cast<std::size_t>(i)].second]);
    widest = std::max(widest, style.measure(name, {style.tick}).width);
  }
  return widest;
}

double center_of(std::size_t i, double from, double length, std::size_t count) {
  return from + length * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
}

}  // namespace

double row_name_width(const std::vector<std::string>& names, double most, const Style& style) {
  if (names.empty()) return 0;
  return std::min(most, widest_name(names, style) + gap(style) * 2);
}

NameLayout row_layout(const std::vector<std::string>& names, const Rect& cells, double width,
                      const Style& style) {
  NameLayout layout;
  if (names.empty()) return layout;
  const double spacing = cells.height / static_cast<double>(names.size());
  layout.font = font_for(spacing, style);
  layout.stride = stride_for(spacing, style.line_height(layout.font.size) * 0.999);
  layout.depth = fill(layout, names, width - gap(style) * 2, style) + gap(style) * 2;
  return layout;
}

NameLayout column_layout(const std::vector<std::string>& names, const Rect& cells, double most, double left,
                         const Style& style) {
  NameLayout layout;
  if (names.empty()) return layout;
  const double spacing = cells.width / static_cast<double>(names.size());
  const double line = style.line_height(style.tick);
  const double widest = widest_name(names, style);
  layout.font = Font{style.tick};
  if (widest + style.tick * 0.5 <= spacing) {
    fill(layout, names, spacing, style);
    layout.depth = line + gap(style) * 2;
    return layout;
  }
  const bool slanted = spacing >= line * 1.6;
  layout.degrees = slanted ? 45 : 90;
  if (!slanted) layout.font = font_for(spacing, style);
  layout.stride = slanted ? 1 : stride_for(spacing, style.line_height(layout.font.size) * 0.999);
  const double slope = std::sin(layout.degrees * std::numbers::pi / 180);
  const double below = (most - gap(style) * 2 - (slanted ? line * slope : 0)) / slope;
  const double beside = slanted ? (left + spacing / 2 - line * slope) / slope : below;
  const double room = std::max(0.0, std::min(below, beside));
  const double width = fill(layout, names, room, style);
  layout.depth = width * slope + (slanted ? line * slope : 0) + gap(style) * 2;
  return layout;
}

Shapes draw_row_names(const NameLayout& layout, const Rect& cells, const Style& style) {
  Shapes shapes;
  for (std::size_t i = 0; i < layout.names.size(); i += layout.stride) {
    const double y = center_of(i, cells.y, cells.height, layout.names.size());
    if (layout.stride > 1)
      shapes.push_back(Polyline{{{cells.x - gap(style) * 0.8, y}, {cells.x, y}}, {quiet_ink, 1}});
    shapes.push_back(Text{.at = {cells.x - gap(style), y},
                          .text = layout.names[i],
                          .font = layout.font,
                          .align = Align::end,
                          .vertical = VerticalAlign::middle});
  }
  return shapes;
}

Shapes draw_column_names(const NameLayout& layout, const Rect& cells, const Style& style) {
  Shapes shapes;
  for (std::size_t i = 0; i < layout.names.size(); i += layout.stride) {
    const double x = center_of(i, cells.x, cells.width, layout.names.size());
    const double y = cells.bottom() + gap(style);
    if (layout.stride > 1)
      shapes.push_back(
          Polyline{{{x, cells.bottom()}, {x, cells.bottom() + gap(style) * 0.8}}, {quiet_ink, 1}});
    Text text{.at = {x, y}, .text = layout.names[i], .font = layout.font, .align = Align::middle};
    if (layout.degrees != 0) {
      text.align = Align::end;
      text.vertical = VerticalAlign::middle;
      text.degrees = layout.degrees;
      if (layout.degrees < 90) text.at.y += style.tick * 0.4;
    }
    shapes.push_back(std::move(text));
  }
  return shapes;
}

}  // namespace fovea::render
