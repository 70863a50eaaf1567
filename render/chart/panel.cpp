#include "render/chart/panel.hpp"

#include <cassert>

#include "render/chart/annotate.hpp"
#include "render/chart/legend.hpp"
#include "render/chart/title.hpp"

namespace fovea::render {
namespace {

// The layout of a panel, decided before anything is drawn.
struct Plan {
  Shapes title;
  Point legend_at;
  Legend legend;
  Margins margins;
  Frame frame;
  Scale top_scale;
  Ticks x, y, right, top;
  bool has_data = false;
};

Range shown_on_top(const TopAxis& top, const Range& x) {
  assert(top.factor > 0);
  return {x.low * top.factor + top.offset, x.high * top.factor + top.offset};
}

// Returns the half width by which the first or last tick label overhangs its axis.
double overhang(const Ticks& ticks, const Style& style, bool last) {
  if (ticks.labels.empty()) return 0;
  return style.measure(last ? ticks.labels.back() : ticks.labels.front(), {style.tick}).width / 2;
}

void plan_legend(Plan& plan, const Panel& panel, Rect& inside, const Style& style) {
  const auto entries = legend_entries(panel.marks);
  if (entries.empty() || panel.legend == LegendPlace::none) return;
  if (panel.legend == LegendPlace::above) {
    plan.legend = legend_in_rows(entries, inside.width, 3, style);
    plan.legend_at = {inside.x, inside.y};
    inside.cut_top(plan.legend.size.height + style.gap);
  } else {
    plan.legend = legend_in_column(entries, inside.width * 0.4, inside.height, style);
    const Rect strip = inside.cut_right(plan.legend.size.width + style.gap * 2);
    plan.legend_at = {strip.x + style.gap * 2, strip.y};
  }
}

// The ranges that the axes show.
struct Shown {
  Range x, y, right, top;
  bool has_data = false;
};

Shown shown_by(const Panel& panel) {
  Extent extent;
  for (const auto& mark : panel.marks) extend(extent, mark);
  Shown shown;
  shown.has_data = extent.x.range(panel.x.scale) &&
                   (extent.y.range(panel.y.scale) || (panel.right && extent.right.range(panel.right->scale)));
  shown.x = shown_range(panel.x, extent.x, 0.02);
  shown.y = shown_range(panel.y, extent.y, 0.05);
  shown.right = panel.right ? shown_range(*panel.right, extent.right, 0.05) : shown.y;
  shown.top = panel.top ? shown_on_top(*panel.top, shown.x) : shown.x;
  return shown;
}

void plan_level_ticks(Plan& plan, const Panel& panel, const Shown& shown, double width, const Style& style) {
  plan.x = ticks_of(panel.x, shown.x, width, Side::bottom, style);
  if (panel.top) plan.top = ticks_of(panel.top->axis, shown.top, width, Side::top, style);
}

// Plans the margins. Those below and above the plot do not depend on the numbers, so the plot's height is
// known before its width.
void plan_margins(Plan& plan, const Panel& panel, const Shown& shown, const Rect& box, const Rect& inside,
                  const Style& style, const Margins& at_least) {
  plan_level_ticks(plan, panel, shown, inside.width * 0.85, style);
  Margins& m = plan.margins;
  m.top = inside.y - box.y +
          (panel.top ? thickness(panel.top->axis, plan.top, Side::top, style)
                     : style.line_height(style.tick) / 2);
  m.bottom = thickness(panel.x, plan.x, Side::bottom, style);
  m = widest(m, {0, at_least.top, 0, at_least.bottom});
  const double height = std::max(1.0, box.height - m.top - m.bottom);

  plan.y = ticks_of(panel.y, shown.y, height, Side::left, style);
  m.left = std::max({thickness(panel.y, plan.y, Side::left, style), overhang(plan.x, style, false),
                     overhang(plan.top, style, false)});
  if (panel.right) {
    plan.right = ticks_of(*panel.right, shown.right, height, Side::right, style);
    m.right = thickness(*panel.right, plan.right, Side::right, style);
  }
  m.right = std::max({m.right, overhang(plan.x, style, true), overhang(plan.top, style, true)});
  m = widest(m, at_least);
}

Plan planned(const Panel& panel, const Rect& box, const Style& style, const Margins& at_least) {
  Plan plan;
  Rect inside = box;
  plan.title = draw_title(panel.title, panel.subtitle, inside, style);
  plan_legend(plan, panel, inside, style);
  const Shown shown = shown_by(panel);
  plan_margins(plan, panel, shown, box, inside, style, at_least);

  const Rect room = Rect{box.x, box.y, inside.width, box.height}.inset(plan.margins);
  const Rect plot{crisp(room.x), crisp(room.y), std::max(1.0, std::floor(room.width)),
                  std::max(1.0, std::floor(room.height))};
  plan_level_ticks(plan, panel, shown, plot.width, style);
  const Range across{plot.x, plot.right()};
  const Range up{plot.bottom(), plot.y};
  const ScaleKind right = panel.right ? panel.right->scale : panel.y.scale;
  plan.frame = {plot, Scale(panel.x.scale, shown.x, across), Scale(panel.y.scale, shown.y, up),
                Scale(right, shown.right, up), style.scale};
  plan.top_scale = panel.top ? Scale(panel.top->axis.scale, shown.top, across) : plan.frame.x;
  plan.has_data = shown.has_data;
  if (!plan.has_data) plan.x = plan.y = plan.right = plan.top = {};
  return plan;
}

// Draws dots whole even across the edge of the plot, and clips lines at it.
Shapes draw_marks(const Panel& panel, const Frame& frame) {
  Group lines{frame.plot.inset(-3), {}};
  Shapes dots;
  for (const auto& mark : panel.marks) {
    if (std::holds_alternative<Span>(mark)) continue;
    for (auto& shape : draw(mark, frame)) {
      const auto* dot = std::get_if<Marker>(&shape);
      if (!dot) lines.shapes.push_back(std::move(shape));
      if (dot && frame.plot.inset(-1).contains(dot->at)) dots.push_back(*dot);
    }
  }
  Shapes shapes{std::move(lines)};
  append(shapes, std::move(dots));
  return shapes;
}

Shapes draw_spans(const Panel& panel, const Frame& frame) {
  Shapes shapes;
  for (const auto& mark : panel.marks) {
    if (std::holds_alternative<Span>(mark)) append(shapes, draw(mark, frame));
  }
  return shapes;
}

}  // namespace

Margins margins(const Panel& panel, const Rect& box, const Style& style) {
  return planned(panel, box, style, {}).margins;
}

Shapes draw(const Panel& panel, const Rect& box, const Style& style, const Margins& at_least) {
  Plan plan = planned(panel, box, style, at_least);
  const Frame& frame = plan.frame;
  const Rect& plot = frame.plot;
  Shapes shapes = std::move(plan.title);
  append(shapes, moved(std::move(plan.legend.shapes), plan.legend_at));
  append(shapes, draw_spans(panel, frame));
  append(shapes, draw_grid(plan.x, frame.x, plan.y, frame.y, plot));
  append(shapes, draw_marks(panel, frame));
  append(shapes, draw_axis(panel.x, plan.x, frame.x, Side::bottom, plot, style));
  append(shapes, draw_axis(panel.y, plan.y, frame.y, Side::left, plot, style));
  if (panel.right) append(shapes, draw_axis(*panel.right, plan.right, frame.right, Side::right, plot, style));
  if (panel.top) append(shapes, draw_axis(panel.top->axis, plan.top, plan.top_scale, Side::top, plot, style));
  if (plan.has_data) append(shapes, annotations(panel.marks, frame, style));
  if (!plan.has_data) shapes.push_back(notice(panel.empty, plot, style));
  return shapes;
}

}  // namespace fovea::render
