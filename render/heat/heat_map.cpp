#include "render/heat/heat_map.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "render/chart/axes.hpp"
#include "render/chart/title.hpp"
#include "render/heat/heat_cells.hpp"
#include "render/heat/heat_names.hpp"
#include "render/heat/strip.hpp"

namespace fovea::render {
namespace {

constexpr double bar_width = 20;

void check(const HeatMap& map) {
  assert(map.values.size() == map.rows * map.columns);
  assert(map.row_names.empty() || map.row_names.size() == map.rows);
  assert(map.column_names.empty() || map.column_names.size() == map.columns);
  assert(map.texts.empty() || map.texts.size() == map.values.size());
  assert(!map.right || map.right->values.size() == map.rows);
  assert(!map.bottom || map.bottom->values.size() == map.columns);
}

// The colour bar at the right of a heat map. Its ticks fit a bar at least `least_height` pixels high.
class ColorBar {
 public:
  ColorBar(const HeatMap& map, const Range& range, double least_height, const Style& style)
      : map_(map), range_(range), style_(style) {
    axis_ = Axis{.label = map.value_label, .scale = map.scale, .format = map.format};
    ticks_ = ticks_of(axis_, range, least_height, Side::right, style);
  }

  [[nodiscard]] double width() const { return bar_width + thickness(axis_, ticks_, Side::right, style_); }

  [[nodiscard]] Shapes draw(double x, double y, double height) const {
    const Rect bar{x, y, bar_width, height};
    Image image{bar, 1, 256, {}, true};
    for (int i = 255; i >= 0; --i) {
      const Color color = color_at(map_.colors, i / 255.0);
      image.rgb.insert(image.rgb.end(), {color.red, color.green, color.blue});
    }
    Shapes shapes{std::move(image)};
    const Scale scale(map_.scale, range_, {bar.bottom(), bar.y});
    append(shapes, draw_axis(axis_, ticks_, scale, Side::right, bar, style_));
    return shapes;
  }

 private:
  const HeatMap& map_;
  Range range_;
  const Style& style_;
  Axis axis_;
  Ticks ticks_;
};

// The layout of a heat map.
struct Plan {
  Rect cells;
  double right_strip = 0;
  double bottom_strip = 0;
  double strip_gap = 0;
  double least_below = 0;
  NameLayout row_names;
  NameLayout column_names;
  double bar_x = 0;
};

double label_height(const std::string& label, const Style& style) {
  return label.empty() ? 0 : style.line_height(style.label) + style.gap * 0.5;
}

// Shrinks the cells by the names below them, and widens them by the space that the names at their left do not
// need.
void plan_cells(Plan& plan, const HeatMap& map, const Rect& inside, Rect cells, const Style& style) {
  const double strip_label =
      map.bottom ? style.measure(printable(map.bottom->label), {style.tick}).width + style.gap : 0;
  const double most = inside.width * 0.2;
  const double reserved = std::max(row_name_width(map.row_names, most, style), std::min(strip_label, most));
  cells.cut_left(reserved);
  const double deepest = inside.height * 0.22;
  plan.least_below = map.right && !map.bottom ? style.line_height(style.tick) + style.gap : 0;
  cells.cut_bottom(std::max(column_layout(map.column_names, cells, deepest, cells.x - inside.x, style).depth,
                            plan.least_below));
  plan.row_names = row_layout(map.row_names, cells, reserved, style);
  const double spare = std::max(0.0, reserved - std::max(plan.row_names.depth, std::min(strip_label, most)));
  cells = {cells.x - spare, cells.y, cells.width + spare, cells.height};
  if (map.square && map.rows > 0 && map.columns > 0) {
    const double cell = std::min(cells.width / static_cast<double>(map.columns),
                                 cells.height / static_cast<double>(map.rows));
    cells.width = cell * static_cast<double>(map.columns);
    cells.height = cell * static_cast<double>(map.rows);
  }
  plan.cells = {std::round(cells.x), std::round(cells.y), std::max(1.0, std::floor(cells.width)),
                std::max(1.0, std::floor(cells.height))};
  plan.row_names = row_layout(map.row_names, plan.cells, reserved, style);
  plan.column_names = column_layout(map.column_names, plan.cells, deepest, plan.cells.x - inside.x, style);
}

Plan planned(const HeatMap& map, const Rect& inside, double color_bar, const Style& style) {
  Plan plan;
  plan.strip_gap = style.gap;
  if (map.right) plan.right_strip = std::clamp(inside.width * 0.08, style.tick * 5.5, style.tick * 7);
  if (map.bottom) plan.bottom_strip = std::clamp(inside.height * 0.065, style.tick * 1.7, style.tick * 4);
  const double right = color_bar + style.gap * 2 + (map.right ? plan.right_strip + plan.strip_gap : 0);
  const double below =
      (map.bottom ? plan.bottom_strip + plan.strip_gap : 0) + label_height(map.x_label, style);
  plan_cells(plan, map, inside, inside.inset({label_height(map.y_label, style), style.gap, right, below}),
             style);
  plan.bar_x = plan.cells.right() + right - color_bar;
  return plan;
}

Text edge_label(const std::string& label, Point at, double length, double degrees, const Style& style) {
  const Font font{style.label};
  return {.at = at,
          .text = elided(printable(label), font, length, style.measure),
          .font = font,
          .align = Align::middle,
          .vertical = VerticalAlign::top,
          .degrees = degrees};
}

// Draws the names below the cells and their strip, and the labels of both axes.
Shapes draw_labels(const HeatMap& map, const Plan& plan, const Style& style) {
  const Rect& cells = plan.cells;
  Rect all = cells;
  if (map.bottom) all.height += plan.strip_gap + plan.bottom_strip;
  Shapes shapes = draw_row_names(plan.row_names, cells, style);
  append(shapes, draw_column_names(plan.column_names, all, style));
  const double names = std::max(plan.column_names.depth, plan.least_below);
  if (!map.x_label.empty()) {
    const Point at{cells.center().x, all.bottom() + names + style.gap * 0.5};
    shapes.push_back(edge_label(map.x_label, at, cells.width, 0, style));
  }
  if (!map.y_label.empty()) {
    const Point at{cells.x - plan.row_names.depth - label_height(map.y_label, style), cells.center().y};
    shapes.push_back(edge_label(map.y_label, at, cells.height, 90, style));
  }
  return shapes;
}

Shapes draw_strips(const HeatMap& map, const Plan& plan, double left, const Style& style) {
  const Rect& cells = plan.cells;
  Shapes shapes;
  if (map.right) {
    const Rect strip{cells.right() + plan.strip_gap, cells.y, plan.right_strip, cells.height};
    append(shapes, draw_right_strip(*map.right, strip, style));
  }
  if (map.bottom) {
    const Rect strip{cells.x, cells.bottom() + plan.strip_gap, cells.width, plan.bottom_strip};
    append(shapes, draw_bottom_strip(*map.bottom, strip, cells.x - left, style));
  }
  return shapes;
}

}  // namespace

Shapes draw(const HeatMap& map, const Rect& box, const Style& style) {
  check(map);
  Rect inside = box;
  Shapes shapes = draw_title(map.title, map.subtitle, inside, style);
  if (map.values.empty()) {
    shapes.push_back(notice(map.empty, inside, style));
    return shapes;
  }
  const Range range = color_range(map);
  const ColorBar bar(map, range, inside.height * 0.6, style);
  const Plan plan = planned(map, inside, bar.width(), style);
  append(shapes, draw_cells(map, range, plan.cells));
  append(shapes, draw_cell_texts(map, range, plan.cells, style));
  append(shapes, draw_strips(map, plan, box.x, style));
  append(shapes, draw_labels(map, plan, style));
  append(shapes, bar.draw(plan.bar_x, plan.cells.y, plan.cells.height));
  return shapes;
}

}  // namespace fovea::render
