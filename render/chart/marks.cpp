#include "render/chart/marks.hpp"

#include <cassert>
#include <cmath>
#include <span>

namespace fovea::render {
namespace {

double x_of(const std::vector<double>& x, std::size_t i) {
  return x.empty() ? static_cast<double>(i + 1) : x[i];
}

std::vector<Point> pixels(const std::vector<double>& x, const std::vector<double>& y, const Scale& across,
                          const Scale& up) {
  assert(x.empty() || x.size() == y.size());
  std::vector<Point> points(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) points[i] = {across(x_of(x, i)), up(y[i])};
  return points;
}

bool is_break(Point p) {
  return std::isnan(p.x) || std::isnan(p.y);
}

// Returns the segments of a line between its breaks.
std::vector<std::vector<Point>> runs(std::span<const Point> points) {
  std::vector<std::vector<Point>> result;
  bool broken = true;
  for (const Point point : points) {
    if (is_break(point)) {
      broken = true;
      continue;
    }
    if (broken) result.emplace_back();
    result.back().push_back(point);
    broken = false;
  }
  return result;
}

// Keeps the first, lowest, highest and last point of each column of pixels, so that the drawn line is
// unchanged (U. Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014).
std::vector<Point> thinned(std::vector<Point> points, double width) {
  if (static_cast<double>(points.size()) <= 4 * width) return points;
  std::vector<Point> kept;
  for (std::size_t begin = 0; begin < points.size();) {
    const double column = std::floor(points[begin].x);
    std::size_t low = begin;
    std::size_t high = begin;
    std::size_t end = begin;
    for (; end < points.size() && std::floor(points[end].x) == column; ++end) {
      if (points[end].y < points[low].y) low = end;
      if (points[end].y > points[high].y) high = end;
    }
    const std::size_t order[] = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t i = 0; i < 4; ++i) {
      if (i == 0 || order[i] != order[i - 1]) kept.push_back(points[order[i]]);
    }
    begin = end;
  }
  return kept;
}

std::vector<Point> stepped(const std::vector<Point>& points) {
  std::vector<Point> result;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0) result.push_back({points[i].x, points[i - 1].y});
    result.push_back(points[i]);
  }
  return result;
}

double radius_of(const Line& line, const Frame& frame) {
  return line.width * 1.5 * frame.scale;
}

Shapes shapes_of(const Line& line, const Frame& frame) {
  Shapes shapes;
  for (auto& run : runs(pixels(line.x, line.y, frame.x, frame.y_scale(line.on_right)))) {
    if (line.markers || run.size() == 1) {
      for (const Point at : run)
        shapes.push_back(Marker{.at = at, .radius = radius_of(line, frame), .fill = line.color});
    }
    if (run.size() == 1) continue;
    if (line.join == Join::step) run = stepped(run);
    shapes.push_back(Polyline{thinned(std::move(run), frame.plot.width),
                              {line.color, line.width * frame.scale, line.dash}});
  }
  return shapes;
}

Shapes shapes_of(const Band& band, const Frame& frame) {
  assert(band.low.size() == band.high.size());
  const Scale& up = frame.y_scale(band.on_right);
  auto low = pixels(band.x, band.low, frame.x, up);
  auto high = pixels(band.x, band.high, frame.x, up);
  for (std::size_t i = 0; i < low.size(); ++i) {
    if (is_break(low[i]) || is_break(high[i])) low[i] = high[i] = {std::nan(""), std::nan("")};
  }
  Shapes shapes;
  const auto tops = runs(high);
  const auto bottoms = runs(low);
  for (std::size_t i = 0; i < tops.size(); ++i) {
    auto edge = thinned(tops[i], frame.plot.width);
    const auto back = thinned(bottoms[i], frame.plot.width);
    edge.insert(edge.end(), back.rbegin(), back.rend());
    shapes.push_back(Polygon{std::move(edge), band.color});
  }
  return shapes;
}

Shapes shapes_of(const Scatter& scatter, const Frame& frame) {
  Shapes shapes;
  for (const Point at : pixels(scatter.x, scatter.y, frame.x, frame.y_scale(scatter.on_right))) {
    if (is_break(at)) continue;
    shapes.push_back(Marker{
        .at = at, .radius = scatter.radius * frame.scale, .shape = scatter.shape, .fill = scatter.color});
  }
  return shapes;
}

Shapes shapes_of(const Bars& bars, const Frame& frame) {
  Shapes shapes;
  for (const auto& bar : bar_boxes(bars, frame))
    shapes.push_back(Rectangle{.box = bar.box, .fill = bars.color});
  return shapes;
}

Shapes shapes_of(const Rule& rule, const Frame& frame) {
  const Rect& plot = frame.plot;
  const Stroke stroke{rule.color, rule.width * frame.scale, rule.dash};
  const double at = rule.along == Along::x ? frame.x(rule.at) : frame.y(rule.at);
  if (std::isnan(at)) return {};
  if (rule.along == Along::x) return {Polyline{{{at, plot.y}, {at, plot.bottom()}}, stroke}};
  return {Polyline{{{plot.x, at}, {plot.right(), at}}, stroke}};
}

Shapes shapes_of(const Span& span, const Frame& frame) {
  const Rect box = span_box(span, frame);
  if (box.width <= 0 || box.height <= 0) return {};
  return {Rectangle{.box = box, .fill = span.color}};
}

Shapes shapes_of(const Note& note, const Frame& frame) {
  const Point at{frame.x(note.x), frame.y_scale(note.on_right)(note.y)};
  if (!note.marker || is_break(at)) return {};
  return {
      Marker{.at = at, .radius = 6 * frame.scale, .fill = note.color, .outline = {white, 2 * frame.scale}}};
}

// Returns the centre lines of bars and the edges at which they end, with a break after each.
std::vector<Point> outline_of(const Bars& bars, const Frame& frame) {
  std::vector<Point> points;
  for (const auto& [box, index, falls] : bar_boxes(bars, frame)) {
    const Point middle = box.center();
    if (bars.along == Along::x) {
      const double end = falls ? box.bottom() : box.y;
      points.insert(
          points.end(),
          {{middle.x, falls ? box.y : box.bottom()}, {middle.x, end}, {box.x, end}, {box.right(), end}});
    } else {
      const double end = falls ? box.x : box.right();
      points.insert(
          points.end(),
          {{falls ? box.right() : box.x, middle.y}, {end, middle.y}, {end, box.y}, {end, box.bottom()}});
    }
    points.push_back({std::nan(""), std::nan("")});
  }
  return points;
}

// Returns each dot as a line from one of its sides to the other.
std::vector<Point> outline_of(const std::vector<Point>& dots, double radius) {
  std::vector<Point> points;
  for (const Point dot : dots) {
    if (is_break(dot)) continue;
    points.insert(points.end(),
                  {{dot.x - radius, dot.y}, {dot.x + radius, dot.y}, {std::nan(""), std::nan("")}});
  }
  return points;
}

std::vector<Point> outline_of(const Line& line, const Frame& frame) {
  std::vector<Point> points;
  for (auto& run : runs(pixels(line.x, line.y, frame.x, frame.y_scale(line.on_right)))) {
    const auto dots =
        line.markers || run.size() == 1 ? outline_of(run, radius_of(line, frame)) : std::vector<Point>{};
    points.insert(points.end(), dots.begin(), dots.end());
    if (run.size() == 1) continue;
    if (line.join == Join::step) run = stepped(run);
    for (const Point point : thinned(std::move(run), frame.plot.width)) points.push_back(point);
    points.push_back({std::nan(""), std::nan("")});
  }
  return points;
}

struct Extender {
  Extent& extent;

  Reach& up(bool on_right) const { return on_right ? extent.right : extent.y; }
  void add_x(const std::vector<double>& x, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) extent.x.add(x_of(x, i));
  }
  void operator()(const Line& line) const {
    add_x(line.x, line.y.size());
    for (const double y : line.y) up(line.on_right).add(y);
  }
  void operator()(const Band& band) const {
    add_x(band.x, band.low.size());
    for (const double y : band.low) up(band.on_right).add(y);
    for (const double y : band.high) up(band.on_right).add(y);
  }
  void operator()(const Scatter& scatter) const {
    add_x(scatter.x, scatter.y.size());
    for (const double y : scatter.y) up(scatter.on_right).add(y);
  }
  void operator()(const Bars& bars) const {
    Reach& places = bars.along == Along::x ? extent.x : extent.y;
    Reach& values = bars.along == Along::x ? extent.y : extent.x;
    for (std::size_t i = 0; i < bars.to.size(); ++i) {
      if (std::isnan(bars.to[i])) continue;
      places.add(x_of(bars.at, i) - bars.width / 2);
      places.add(x_of(bars.at, i) + bars.width / 2);
      values.add(bars.from.empty() ? 0 : bars.from[i]);
      values.add(bars.to[i]);
    }
  }
  void operator()(const Rule& rule) const { (rule.along == Along::x ? extent.x : extent.y).add(rule.at); }
  void operator()(const Span&) const {}
  void operator()(const Note& note) const {
    extent.x.add(note.x);
    up(note.on_right).add(note.y);
  }
};

}  // namespace

Rect span_box(const Span& span, const Frame& frame) {
  const Scale& scale = span.along == Along::x ? frame.x : frame.y;
  const auto place = [&](double value) {
    if (scale.kind() == ScaleKind::log && value <= 0) return scale.pixels().low;
    return scale(value);
  };
  const auto [low, high] = std::minmax({place(span.from), place(span.to)});
  const Rect& plot = frame.plot;
  if (span.along == Along::x) {
    const double left = std::clamp(low, plot.x, plot.right());
    return {left, plot.y, std::clamp(high, plot.x, plot.right()) - left, plot.height};
  }
  const double top = std::clamp(low, plot.y, plot.bottom());
  return {plot.x, top, plot.width, std::clamp(high, plot.y, plot.bottom()) - top};
}

void extend(Extent& extent, const Mark& mark) {
  std::visit(Extender{extent}, mark);
}

Shapes draw(const Mark& mark, const Frame& frame) {
  return std::visit([&](const auto& one) { return shapes_of(one, frame); }, mark);
}

std::vector<Point> outline(const Mark& mark, const Frame& frame) {
  if (const auto* line = std::get_if<Line>(&mark)) return outline_of(*line, frame);
  if (const auto* scatter = std::get_if<Scatter>(&mark))
    return outline_of(pixels(scatter->x, scatter->y, frame.x, frame.y_scale(scatter->on_right)),
                      scatter->radius * frame.scale);
  if (const auto* bars = std::get_if<Bars>(&mark)) return outline_of(*bars, frame);
  return {};
}

}  // namespace fovea::render
