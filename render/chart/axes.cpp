#include "render/chart/axes.hpp"

#include <cassert>
#include <cmath>

namespace fovea::render {
namespace {

constexpr double tick_length = 5;
constexpr Color spine = rgb(0x8a8a8a);

bool is_upright(Side side) {
  return side == Side::left || side == Side::right;
}

Font tick_font(const Style& style) {
  return {style.tick};
}

// Returns the extent of a label along its axis, including the gap to the next.
double along_axis(const std::string& label, Side side, const Style& style) {
  const Size size = style.measure(label, tick_font(style));
  return is_upright(side) ? size.height * 1.1 : size.width + style.tick * 0.8;
}

bool fits(const Ticks& ticks, const Scale& scale, Side side, const Style& style) {
  for (std::size_t i = 1; i < ticks.at.size(); ++i) {
    const double between = std::abs(scale(ticks.at[i]) - scale(ticks.at[i - 1]));
    const double needed =
        (along_axis(ticks.labels[i], side, style) + along_axis(ticks.labels[i - 1], side, style)) / 2;
    if (needed > between) return false;
  }
  return true;
}

// Returns every n-th tick, for the smallest n of 1, 2, 5, 10, 20 and so on whose labels fit.
Ticks thinned(const Ticks& all, const Scale& scale, Side side, const Style& style) {
  for (std::size_t power = 1;; power *= 10) {
    for (const std::size_t multiple : {1, 2, 5}) {
      const std::size_t stride = multiple * power;
      Ticks some{.at = {}, .labels = {}, .minor = all.minor};
      for (std::size_t i = 0; i < all.at.size(); i += stride) {
        some.at.push_back(all.at[i]);
        some.labels.push_back(all.labels[i]);
      }
      if (some.at.size() <= 1 || fits(some, scale, side, style)) return some;
    }
  }
}

Ticks round_ticks(const Axis& axis, const Range& shown, int at_most) {
  Ticks ticks;
  const bool log = axis.scale == ScaleKind::log;
  ticks.at = log ? log_ticks(shown, at_most) : linear_ticks(shown, at_most, axis.integers);
  ticks.labels = log ? log_labels(ticks.at, axis.format) : linear_labels(ticks.at, axis.format);
  if (log) ticks.minor = log_minor_ticks(shown);
  return ticks;
}

Ticks named_ticks(const Axis& axis, const Range& shown, double length, Side side, const Style& style) {
  Ticks ticks;
  const double most = is_upright(side) ? style.tick * 11 : std::min(style.tick * 9, length / 2);
  for (const auto& name : axis.names) {
    if (name.at < shown.low || name.at > shown.high) continue;
    ticks.at.push_back(name.at);
    ticks.labels.push_back(elided(printable(name.label), tick_font(style), most, style.measure));
  }
  return ticks;
}

double widest_label(const Ticks& ticks, const Style& style) {
  double widest = 0;
  for (const auto& label : ticks.labels)
    widest = std::max(widest, style.measure(label, tick_font(style)).width);
  return widest;
}

// Returns the distance from the plot to the far side of the tick labels.
double label_depth(const Ticks& ticks, Side side, const Style& style) {
  if (ticks.labels.empty()) return 0;
  const double labels = is_upright(side) ? widest_label(ticks, style) : style.line_height(style.tick);
  return tick_length + style.gap * 0.5 + labels;
}

// Returns the point `out` pixels outside the plot, at a position along one of its sides.
Point beside(const Rect& plot, Side side, double along, double out) {
  switch (side) {
    case Side::left:
      return {plot.x - out, along};
    case Side::right:
      return {plot.right() + out, along};
    case Side::top:
      return {along, plot.y - out};
    case Side::bottom:
      break;
  }
  return {along, plot.bottom() + out};
}

Text tick_label(const std::string& label, const Rect& plot, Side side, double along, const Style& style) {
  Text text{.at = beside(plot, side, along, tick_length + style.gap * 0.5),
            .text = label,
            .font = tick_font(style),
            .color = ink};
  text.align = side == Side::left ? Align::end : side == Side::right ? Align::start : Align::middle;
  text.vertical = side == Side::top      ? VerticalAlign::bottom
                  : side == Side::bottom ? VerticalAlign::top
                                         : VerticalAlign::middle;
  return text;
}

Text axis_label(const Axis& axis, const Ticks& ticks, Side side, const Rect& plot, const Style& style) {
  const Font font{style.label};
  const Point middle = plot.center();
  const double out = label_depth(ticks, side, style) + style.gap * 0.8;
  const double length = is_upright(side) ? plot.height : plot.width;
  Text text{.at = beside(plot, side, is_upright(side) ? middle.y : middle.x, out),
            .text = elided(printable(axis.label), font, length, style.measure),
            .font = font,
            .align = Align::middle,
            .vertical = VerticalAlign::bottom};
  if (side == Side::bottom) text.vertical = VerticalAlign::top;
  if (is_upright(side)) text.degrees = side == Side::left ? 90 : -90;
  return text;
}

}  // namespace

Range shown_range(const Axis& axis, const Reach& reach, double padding) {
  const bool log = axis.scale == ScaleKind::log;
  assert(!log || ((!axis.low || *axis.low > 0) && (!axis.high || *axis.high > 0)));
  Reach all = reach;
  if (axis.from_zero) all.add(0);
  const auto seen = all.range(axis.scale);
  Range shown = seen ? padded(*seen, axis.scale, padding) : log ? Range{1, 10} : Range{0, 1};
  if (axis.low) shown.low = *axis.low;
  if (axis.high) shown.high = *axis.high;
  if (shown.low < shown.high) return shown;
  const double end = axis.low ? shown.low : shown.high;
  const double other = log ? end * (axis.low ? 10 : 0.1) : end + (axis.low ? 1 : -1);
  return {std::min(end, other), std::max(end, other)};
}

Ticks ticks_of(const Axis& axis, const Range& shown, double length, Side side, const Style& style) {
  const Scale scale(axis.scale, shown, {0, std::max(1.0, length)});
  if (!axis.names.empty()) return thinned(named_ticks(axis, shown, length, side, style), scale, side, style);
  const double spacing = style.tick * (is_upright(side) ? 2.4 : 3.3);
  const int most = std::clamp(static_cast<int>(length / spacing), 2, is_upright(side) ? 10 : 14);
  for (int at_most = most; at_most >= 2; --at_most) {
    const Ticks ticks = round_ticks(axis, shown, at_most);
    if (fits(ticks, scale, side, style)) return ticks;
  }
  return thinned(round_ticks(axis, shown, 2), scale, side, style);
}

double thickness(const Axis& axis, const Ticks& ticks, Side side, const Style& style) {
  const double label = axis.label.empty() ? 0 : style.line_height(style.label) + style.gap * 0.8;
  return label_depth(ticks, side, style) + label;
}

Shapes draw_axis(const Axis& axis, const Ticks& ticks, const Scale& scale, Side side, const Rect& plot,
                 const Style& style) {
  const Stroke stroke{spine, 1};
  const Point from = beside(plot, side, is_upright(side) ? plot.y : plot.x, 0);
  const Point to = beside(plot, side, is_upright(side) ? plot.bottom() : plot.right(), 0);
  Shapes shapes{Polyline{{from, to}, stroke}};
  for (std::size_t i = 0; i < ticks.at.size(); ++i) {
    const double along = scale(ticks.at[i]);
    shapes.push_back(Polyline{
        {beside(plot, side, crisp(along), 0), beside(plot, side, crisp(along), tick_length)}, stroke});
    shapes.push_back(tick_label(ticks.labels[i], plot, side, along, style));
  }
  if (!axis.label.empty()) shapes.push_back(axis_label(axis, ticks, side, plot, style));
  return shapes;
}

Shapes draw_grid(const Ticks& x, const Scale& x_scale, const Ticks& y, const Scale& y_scale,
                 const Rect& plot) {
  Shapes shapes;
  const auto upright = [&](double at, Color color) {
    shapes.push_back(
        Polyline{{{crisp(x_scale(at)), plot.y}, {crisp(x_scale(at)), plot.bottom()}}, {color, 1}});
  };
  const auto level = [&](double at, Color color) {
    shapes.push_back(
        Polyline{{{plot.x, crisp(y_scale(at))}, {plot.right(), crisp(y_scale(at))}}, {color, 1}});
  };
  const Color faint = mixed(grid_gray, white, 0.5);
  for (const double at : x.minor) upright(at, faint);
  for (const double at : y.minor) level(at, faint);
  for (const double at : x.at) upright(at, grid_gray);
  for (const double at : y.at) level(at, grid_gray);
  return shapes;
}

}  // namespace fovea::render
