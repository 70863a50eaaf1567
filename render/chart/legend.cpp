#include "render/chart/legend.hpp"

#include <algorithm>
#include <set>

namespace fovea::render {
namespace {

double sign_width(const Style& style) {
  return style.tick * 1.8;
}

Shape sign(const LegendEntry& entry, Point left_middle, const Style& style) {
  const double width = sign_width(style);
  const Point middle{left_middle.x + width / 2, left_middle.y};
  switch (entry.sign) {
    case LegendEntry::Sign::patch:
      return Rectangle{.box = {left_middle.x, middle.y - style.tick * 0.4, width, style.tick * 0.8},
                       .fill = entry.color};
    case LegendEntry::Sign::marker:
      return Marker{.at = middle, .radius = style.tick * 0.35, .shape = entry.shape, .fill = entry.color};
    case LegendEntry::Sign::line:
      break;
  }
  return Polyline{{left_middle, {left_middle.x + width, middle.y}}, {entry.color, entry.width, entry.dash}};
}

// Returns the shapes of one entry, given its top left corner.
Shapes shapes_of(const LegendEntry& entry, Point corner, double height, const Style& style) {
  const double middle = corner.y + height / 2;
  return {sign(entry, {corner.x, middle}, style),
          Text{.at = {corner.x + sign_width(style) + style.gap, middle},
               .text = entry.name,
               .font = {style.tick},
               .vertical = VerticalAlign::middle}};
}

double entry_width(const LegendEntry& entry, const Style& style) {
  return sign_width(style) + style.gap + style.measure(entry.name, {style.tick}).width;
}

LegendEntry cut_to(LegendEntry entry, double width, const Style& style) {
  entry.name =
      elided(printable(entry.name), {style.tick}, width - sign_width(style) - style.gap, style.measure);
  return entry;
}

Text rest_count(std::size_t count, Point corner, double height, const Style& style) {
  return {.at = {corner.x, corner.y + height / 2},
          .text = "and " + std::to_string(count) + " more",
          .font = {style.tick},
          .color = quiet_ink,
          .vertical = VerticalAlign::middle};
}

struct KeyOf {
  std::optional<LegendEntry> operator()(const Line& m) const {
    return LegendEntry{m.name, LegendEntry::Sign::line, m.color, m.dash, m.width, {}};
  }
  std::optional<LegendEntry> operator()(const Band& m) const {
    return LegendEntry{m.name, LegendEntry::Sign::patch, m.color, {}, 0, {}};
  }
  std::optional<LegendEntry> operator()(const Scatter& m) const {
    return LegendEntry{m.name, LegendEntry::Sign::marker, m.color, {}, 0, m.shape};
  }
  std::optional<LegendEntry> operator()(const Bars& m) const {
    return LegendEntry{m.name, LegendEntry::Sign::patch, m.color, {}, 0, {}};
  }
  std::optional<LegendEntry> operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

std::vector<LegendEntry> legend_entries(std::span<const Mark> marks) {
  std::vector<LegendEntry> result;
  std::set<std::string> names;
  for (const auto& mark : marks) {
    auto entry = std::visit(KeyOf{}, mark);
    if (!entry || entry->name.empty() || !names.insert(entry->name).second) continue;
    result.push_back(std::move(*entry));
  }
  return result;
}

Legend legend_in_rows(std::span<const LegendEntry> entries, double width, std::size_t rows,
                      const Style& style) {
  Legend legend;
  if (entries.empty()) return legend;
  const double height = style.line_height(style.tick) * 1.25;
  const double between = style.tick * 1.4;
  const double rest_width = style.measure("and 999 more", {style.tick}).width;
  Point corner{0, 0};
  std::size_t row = 1;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const LegendEntry entry =
        cut_to(entries[i], std::min(width, std::max(width / 2, style.tick * 12)), style);
    const double needed = entry_width(entry, style);
    const double kept = row == rows && i + 1 < entries.size() ? between + rest_width : 0;
    if (corner.x > 0 && corner.x + needed + kept > width) {
      if (row == rows) {
        legend.shapes.push_back(rest_count(entries.size() - i, corner, height, style));
        legend.size.width = std::max(legend.size.width, corner.x + rest_width);
        break;
      }
      ++row;
      corner = {0, corner.y + height};
    }
    append(legend.shapes, shapes_of(entry, corner, height, style));
    legend.size.width = std::max(legend.size.width, corner.x + needed);
    corner.x += needed + between;
  }
  legend.size.height = static_cast<double>(row) * height;
  return legend;
}

Legend legend_in_column(std::span<const LegendEntry> entries, double width, double height,
                        const Style& style) {
  Legend legend;
  const double row_height = style.line_height(style.tick) * 1.35;
  const auto most = static_cast<std::size_t>(std::max(1.0, height / row_height));
  const std::size_t shown = entries.size() <= most ? entries.size() : most - 1;
  Point corner{0, 0};
  for (const LegendEntry& full : entries.first(shown)) {
    const LegendEntry entry = cut_to(full, width, style);
    append(legend.shapes, shapes_of(entry, corner, row_height, style));
    legend.size.width = std::max(legend.size.width, entry_width(entry, style));
    corner.y += row_height;
  }
  if (shown < entries.size()) {
    const Text rest = rest_count(entries.size() - shown, corner, row_height, style);
    legend.size.width = std::max(legend.size.width, style.measure(rest.text, rest.font).width);
    legend.shapes.push_back(rest);
    corner.y += row_height;
  }
  legend.size.height = corner.y;
  return legend;
}

}  // namespace fovea::render
