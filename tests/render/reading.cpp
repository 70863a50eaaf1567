#include "tests/render/reading.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

namespace fovea::render {
namespace {

bool near(double a, double b, double most) {
  return std::abs(a - b) <= most;
}

bool same_hue(Color a, Color b) {
  return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

double distance(Point p, Point from, Point to) {
  const double dx = to.x - from.x, dy = to.y - from.y;
  const double length = dx * dx + dy * dy;
  const double along =
      length > 0 ? std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(from.x + along * dx - p.x, from.y + along * dy - p.y);
}

/// The labels of the row or column of texts that is nearest to a side of the plot.
template <class Beside, class Along>
ReadAxis nearest_labels(const std::vector<Text>& texts, const Beside& beside, const Along& along) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& text : texts) {
    if (const double away = beside(text); away >= 0) least = std::min(least, away);
  }
  std::vector<std::pair<double, std::string>> labels;
  for (const auto& text : texts) {
    if (const double away = beside(text); away >= 0 && near(away, least, 0.5))
      labels.emplace_back(along(text), text.text);
  }
  return ReadAxis(std::move(labels));
}

double x_of(const Text& text) {
  return text.at.x;
}
double y_of(const Text& text) {
  return text.at.y;
}

/// The sign of a legend's key: what ends just before its text.
std::optional<Color> sign_of(const Shapes& shapes, const Text& key) {
  const auto is_before = [&](double right, double middle) {
    return near(middle, key.at.y, 1) && key.at.x - right >= 0 && key.at.x - right < 24;
  };
  for (const auto& shape : shapes) {
    if (const auto* line = std::get_if<Polyline>(&shape);
        line && line->points.size() == 2 && is_before(line->points[1].x, line->points[1].y))
      return line->stroke.color;
    if (const auto* patch = std::get_if<Rectangle>(&shape);
        patch && is_before(patch->box.right(), patch->box.center().y))
      return patch->fill;
    if (const auto* dot = std::get_if<Marker>(&shape); dot && is_before(dot->at.x + dot->radius, dot->at.y))
      return dot->fill;
  }
  return std::nullopt;
}

/// The lowest bold text above a plot that begins no further right.
std::string title_of(const std::vector<Text>& texts, const Rect& plot) {
  const Text* best = nullptr;
  for (const auto& text : texts) {
    const bool above = text.font.bold && text.at.y < plot.y && text.at.x < plot.right() &&
                       text.at.x > plot.x - 0.5 * plot.width - 150;
    if (above && (!best || text.at.y > best->at.y)) best = &text;
  }
  return best ? best->text : "";
}

ReadChart read_around(const Drawing& drawing, const Group& group) {
  const auto texts = all<Text>(drawing.shapes);
  const Rect plot = group.clip.inset(3);
  const auto over = [&](const Text& t) { return t.at.x >= plot.x - 2 && t.at.x <= plot.right() + 2; };
  const auto beside = [&](const Text& t) { return t.at.y >= plot.y - 2 && t.at.y <= plot.bottom() + 2; };
  const auto below = [&](const Text& t) {
    const bool is = t.align == Align::middle && t.vertical == VerticalAlign::top && over(t);
    return is && t.at.y < plot.bottom() + 35 ? t.at.y - plot.bottom() : -1;
  };
  const auto left = [&](const Text& t) {
    const bool is = t.align == Align::end && t.degrees == 0 && beside(t);
    return is && t.at.x > plot.x - 35 ? plot.x - t.at.x : -1;
  };
  const auto above = [&](const Text& t) {
    const bool is = t.align == Align::middle && t.vertical == VerticalAlign::bottom && t.degrees == 0;
    return is && over(t) && t.at.y > plot.y - 35 ? plot.y - t.at.y : -1;
  };
  ReadChart chart{.title = title_of(texts, plot),
                  .plot = plot,
                  .x = nearest_labels(texts, below, x_of),
                  .y = nearest_labels(texts, left, y_of),
                  .top = nearest_labels(texts, above, x_of),
                  .marks = group.shapes};
  for (const auto& text : texts) {
    const bool level = text.align == Align::middle && near(text.at.x, plot.center().x, 1) &&
                       text.vertical == VerticalAlign::top;
    if (level && text.at.y > plot.bottom() + 25 && text.at.y < plot.bottom() + 70) chart.x_label = text.text;
    if (text.degrees == 90 && text.at.x < plot.x && text.at.x > plot.x - 260 &&
        near(text.at.y, plot.center().y, 1))
      chart.y_label = text.text;
    const bool key = text.at.y < plot.y && text.at.y > plot.y - 150 && text.at.x < plot.right() + 40 &&
                     text.at.x > plot.x - 200 && text.vertical == VerticalAlign::middle;
    if (const auto color = key ? sign_of(drawing.shapes, text) : std::nullopt)
      chart.legend.emplace(text.text, *color);
  }
  for (const auto& shape : drawing.shapes) {
    const auto* dot = std::get_if<Marker>(&shape);
    if (dot && plot.inset(-1).contains(dot->at)) chart.marks.push_back(*dot);
    const auto* box = std::get_if<Rectangle>(&shape);
    if (box && plot.inset(-1).contains(box->box)) chart.ground.push_back(*box);
  }
  return chart;
}

}  // namespace

std::optional<double> meant(std::string text) {
  std::erase(text, ',');
  double unit = 1;
  if (!text.empty()) {
    const char last = text.back();
    unit = last == '%' ? 0.01 : last == 'k' ? 1e3 : last == 'M' ? 1e6 : last == 'G' ? 1e9 : 1;
  }
  if (unit != 1) text.pop_back();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value * unit;
}

ReadAxis::ReadAxis(std::vector<std::pair<double, std::string>> places) {
  std::ranges::sort(places);
  std::vector<std::pair<double, double>> numbers;
  for (const auto& [pixel, label] : places) {
    labels.push_back(label);
    names_[label] = pixel;
    if (const auto number = meant(label)) numbers.emplace_back(pixel, *number);
  }
  if (numbers.size() < 2) return;
  const auto residual = [&](const auto& f) {
    const auto [from, low] = numbers.front();
    const auto [to, high] = numbers.back();
    double worst = 0;
    for (const auto& [pixel, number] : numbers) {
      const double there = from + (to - from) * (f(number) - f(low)) / (f(high) - f(low));
      worst = std::max(worst, std::abs(there - pixel));
    }
    return worst;
  };
  const auto same = [](double v) { return v; };
  const auto logarithm = [](double v) { return std::log(v); };
  const bool positive = std::ranges::all_of(numbers, [](const auto& one) { return one.second > 0; });
  log_ = positive && numbers.size() > 2 && residual(logarithm) < residual(same);
  from_ = numbers.front().first;
  to_ = numbers.back().first;
  low_ = log_ ? std::log(numbers.front().second) : numbers.front().second;
  high_ = log_ ? std::log(numbers.back().second) : numbers.back().second;
}

double ReadAxis::value(double pixel) const {
  const double value = low_ + (high_ - low_) * (pixel - from_) / (to_ - from_);
  return log_ ? std::exp(value) : value;
}

double ReadAxis::pixel(double value) const {
  return from_ + (to_ - from_) * ((log_ ? std::log(value) : value) - low_) / (high_ - low_);
}

std::optional<double> ReadAxis::name(const std::string& label) const {
  const auto found = names_.find(label);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

bool ReadChart::passes(Color color, double x_value, double y_value) const {
  const Point wanted{x.pixel(x_value), y.pixel(y_value)};
  for (const auto& shape : marks) {
    const auto* dot = std::get_if<Marker>(&shape);
    if (dot && same_hue(dot->fill, color) && distance(wanted, dot->at, dot->at) < 1) return true;
    const auto* line = std::get_if<Polyline>(&shape);
    if (!line || !same_hue(line->stroke.color, color)) continue;
    for (std::size_t i = 1; i < line->points.size(); ++i) {
      if (distance(wanted, line->points[i - 1], line->points[i]) < 1) return true;
    }
  }
  return false;
}

std::vector<Point> ReadChart::dots(Color color) const {
  std::vector<Point> points;
  for (const auto& shape : marks) {
    const auto* dot = std::get_if<Marker>(&shape);
    if (dot && same_hue(dot->fill, color)) points.push_back({x.value(dot->at.x), y.value(dot->at.y)});
  }
  return points;
}

std::optional<double> ReadChart::bar_end(Color color, const std::string& name) const {
  const auto level = y.name(name), upright = x.name(name);
  const Rectangle* nearest = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const auto& shape : marks) {
    const auto* bar = std::get_if<Rectangle>(&shape);
    if (!bar || !same_hue(bar->fill, color) || !(level || upright)) continue;
    const double away =
        level ? std::abs(bar->box.center().y - *level) : std::abs(bar->box.center().x - *upright);
    if (away < least) least = away, nearest = bar;
  }
  if (!nearest) return std::nullopt;
  return level ? x.value(nearest->box.right()) : y.value(nearest->box.y);
}

std::vector<Range> ReadChart::bands(Color color) const {
  std::vector<Range> found;
  for (const auto& shape : marks) {
    const auto* band = std::get_if<Polygon>(&shape);
    if (!band || !same_hue(band->fill, color)) continue;
    const auto [low, high] = std::ranges::minmax_element(band->points, {}, &Point::y);
    found.push_back({y.value(high->y), y.value(low->y)});
  }
  return found;
}

std::vector<double> ReadChart::rules() const {
  std::vector<double> found;
  for (const auto& shape : marks) {
    const auto* line = std::get_if<Polyline>(&shape);
    if (!line || line->points.size() != 2 || line->points[0].x != line->points[1].x) continue;
    if (near(std::abs(line->points[1].y - line->points[0].y), plot.height, 1))
      found.push_back(x.value(line->points[0].x));
  }
  return found;
}

std::vector<Range> ReadChart::spans() const {
  std::vector<Range> found;
  for (const auto& shape : ground) {
    const auto& box = std::get<Rectangle>(shape).box;
    if (near(box.height, plot.height, 1)) found.push_back({x.value(box.x), x.value(box.right())});
  }
  return found;
}

std::vector<ReadChart> read_charts(const Drawing& drawing) {
  std::vector<ReadChart> charts;
  for (const auto& group : all<Group>(drawing.shapes)) charts.push_back(read_around(drawing, group));
  return charts;
}

ReadChart read_chart(const Drawing& drawing, const std::string& title) {
  for (auto& chart : read_charts(drawing)) {
    if (chart.title == title) return chart;
  }
  FAIL("no chart is called \"" << title << "\"");
  std::abort();
}

std::vector<std::string> read_row(const Drawing& drawing, const std::string& first) {
  auto texts = all<Text>(drawing.shapes);
  std::ranges::reverse(texts);
  const auto row = std::ranges::find(texts, first, &Text::text);
  if (row == texts.end()) return {};
  std::vector<std::pair<double, std::string>> cells;
  for (const auto& text : texts) {
    if (near(text.at.y, row->at.y, 0.5) && text.at.x >= row->at.x) cells.emplace_back(text.at.x, text.text);
  }
  std::ranges::sort(cells);
  std::vector<std::string> words;
  for (auto& cell : cells) words.push_back(std::move(cell.second));
  return words;
}

}  // namespace fovea::render
