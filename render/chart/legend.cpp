#include "render/chart/legend.hpp"

#include <algorithm>
#include <set>

namespace fovea::render {
namespace {

double sign_width(const Style& style) {
  return style.tick * 1.8;
}

Shape sign(const Key& key, Point left_middle, const Style& style) {
  const double width = sign_width(style);
  const Point middle{left_middle.x + width / 2, left_middle.y};
  switch (key.sign) {
    case Key::Sign::patch:
      return Rectangle{.box = {left_middle.x, middle.y - style.tick * 0.4, width, style.tick * 0.8},
                       .fill = key.color};
    case Key::Sign::marker:
      return Marker{.at = middle, .radius = style.tick * 0.35, .shape = key.shape, .fill = key.color};
    case Key::Sign::line:
      break;
  }
  return Polyline{{left_middle, {left_middle.x + width, middle.y}}, {key.color, key.width, key.dash}};
}

// One key after its sign, from a top left corner.
Shapes entry(const Key& key, Point corner, double height, const Style& style) {
  const double middle = corner.y + height / 2;
  return {sign(key, {corner.x, middle}, style), Text{.at = {corner.x + sign_width(style) + style.gap, middle},
                                                     .text = key.name,
                                                     .font = {style.tick},
                                                     .vertical = VerticalAlign::middle}};
}

double entry_width(const Key& key, const Style& style) {
  return sign_width(style) + style.gap + style.measure(key.name, {style.tick}).width;
}

Key cut_to(Key key, double width, const Style& style) {
  key.name = elided(printable(key.name), {style.tick}, width - sign_width(style) - style.gap, style.measure);
  return key;
}

Text rest_count(std::size_t count, Point corner, double height, const Style& style) {
  return {.at = {corner.x, corner.y + height / 2},
          .text = "and " + std::to_string(count) + " more",
          .font = {style.tick},
          .color = quiet_ink,
          .vertical = VerticalAlign::middle};
}

struct KeyOf {
  std::optional<Key> operator()(const Line& m) const {
    return Key{m.name, Key::Sign::line, m.color, m.dash, m.width, {}};
  }
  std::optional<Key> operator()(const Band& m) const {
    return Key{m.name, Key::Sign::patch, m.color, {}, 0, {}};
  }
  std::optional<Key> operator()(const Scatter& m) const {
    return Key{m.name, Key::Sign::marker, m.color, {}, 0, m.shape};
  }
  std::optional<Key> operator()(const Bars& m) const {
    return Key{m.name, Key::Sign::patch, m.color, {}, 0, {}};
  }
  std::optional<Key> operator()(const auto&) const { return std::nullopt; }
};

}  // namespace

std::vector<Key> keys(std::span<const Mark> marks) {
  std::vector<Key> result;
  std::set<std::string> names;
  for (const auto& mark : marks) {
    auto key = std::visit(KeyOf{}, mark);
    if (!key || key->name.empty() || !names.insert(key->name).second) continue;
    result.push_back(std::move(*key));
  }
  return result;
}

Legend legend_in_rows(std::span<const Key> keys, double width, std::size_t rows, const Style& style) {
  Legend legend;
  if (keys.empty()) return legend;
  const double height = style.line_height(style.tick) * 1.25;
  const double between = style.tick * 1.4;
  const double rest_width = style.measure("and 999 more", {style.tick}).width;
  Point corner{0, 0};
  std::size_t row = 1;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Key key = cut_to(keys[i], std::min(width, std::max(width / 2, style.tick * 12)), style);
    const double needed = entry_width(key, style);
    const double kept = row == rows && i + 1 < keys.size() ? between + rest_width : 0;
    if (corner.x > 0 && corner.x + needed + kept > width) {
      if (row == rows) {
        legend.shapes.push_back(rest_count(keys.size() - i, corner, height, style));
        legend.size.width = std::max(legend.size.width, corner.x + rest_width);
        break;
      }
      ++row;
      corner = {0, corner.y + height};
    }
    append(legend.shapes, entry(key, corner, height, style));
    legend.size.width = std::max(legend.size.width, corner.x + needed);
    corner.x += needed + between;
  }
  legend.size.height = static_cast<double>(row) * height;
  return legend;
}

Legend legend_in_column(std::span<const Key> keys, double width, double height, const Style& style) {
  Legend legend;
  const double row_height = style.line_height(style.tick) * 1.35;
  const auto most = static_cast<std::size_t>(std::max(1.0, height / row_height));
  const std::size_t shown = keys.size() <= most ? keys.size() : most - 1;
  Point corner{0, 0};
  for (const Key& full : keys.first(shown)) {
    const Key key = cut_to(full, width, style);
    append(legend.shapes, entry(key, corner, row_height, style));
    legend.size.width = std::max(legend.size.width, entry_width(key, style));
    corner.y += row_height;
  }
  if (shown < keys.size()) {
    const Text rest = rest_count(keys.size() - shown, corner, row_height, style);
    legend.size.width = std::max(legend.size.width, style.measure(rest.text, rest.font).width);
    legend.shapes.push_back(rest);
    corner.y += row_height;
  }
  legend.size.height = corner.y;
  return legend;
}

}  // namespace fovea::render
