#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"
#include "tests/render/reading.hpp"

namespace fovea::render {
namespace {

Image color_bar_of(const std::vector<Image>& images) {
  for (const auto& image : images) {
    if (image.columns == 1) return image;
  }
  FAIL("there is no colour bar");
  return {};
}

ReadAxis axis_at_right(const std::vector<Text>& texts, const Rect& bar) {
  std::vector<std::pair<double, std::string>> labels;
  for (const auto& text : texts) {
    const bool beside = text.align == Align::start && text.at.x > bar.right() && text.at.x < bar.right() + 30;
    if (beside && text.degrees == 0 && text.at.y >= bar.y - 2 && text.at.y <= bar.bottom() + 2)
      labels.emplace_back(text.at.y, text.text);
  }
  return ReadAxis(std::move(labels));
}

int difference(const std::uint8_t* pixel, Color color) {
  return std::abs(pixel[0] - color.red) + std::abs(pixel[1] - color.green) + std::abs(pixel[2] - color.blue);
}

/// The keys of a map, for the message of a failed test.
std::string names_in(const auto& map) {
  std::string text;
  for (const auto& [name, place] : map) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

ReadMatrix::ReadMatrix(const Drawing& drawing)
    : texts_(all<Text>(drawing.shapes)),
      boxes_(all<Rectangle>(drawing.shapes)),
      images_(all<Image>(drawing.shapes)),
      bar_(color_bar_of(images_)),
      bar_axis_(axis_at_right(texts_, bar_.box)) {
  std::erase_if(images_, [](const Image& image) { return image.columns == 1; });
  for (const auto& text : texts_) {
    const bool at_height = text.at.y > bar_.box.y && text.at.y < bar_.box.bottom();
    const bool before = text.at.x < bar_.box.x;
    if (text.align == Align::end && text.degrees == 0 && at_height && before)
      rows_.try_emplace(text.text, text.at.y);
    const bool below = text.at.y > bar_.box.bottom() && before;
    if (below && (text.degrees != 0 || text.align == Align::middle))
      columns_.try_emplace(text.text, text.at.x);
    if (text.degrees == 90 && at_height && before) row_label = text.text;
  }
  double lowest = 0;
  for (const auto& text : texts_) {
    const bool below = text.at.y > bar_.box.bottom() && text.at.x < bar_.box.x && text.degrees == 0;
    if (below && text.at.y > lowest) lowest = text.at.y, column_label = text.text;
  }
}

Point ReadMatrix::cell(const std::string& row, const std::string& column) const {
  INFO("row " << row << " of " << names_in(rows_) << ", column " << column << " of " << names_in(columns_));
  REQUIRE(rows_.contains(row));
  REQUIRE(columns_.contains(column));
  return {columns_.at(column), rows_.at(row)};
}

double ReadMatrix::value(const std::string& row, const std::string& column) const {
  const Point at = cell(row, column);
  Color color;
  for (const auto& box : boxes_) {
    if (box.fill.alpha > 0 && box.box.contains(at)) color = box.fill;
  }
  for (const auto& image : images_) {
    if (!image.box.contains(at)) continue;
    const auto x = static_cast<std::size_t>((at.x - image.box.x) / image.box.width * image.columns);
    const auto y = static_cast<std::size_t>((at.y - image.box.y) / image.box.height * image.rows);
    const auto* pixel = &image.rgb[(y * static_cast<std::size_t>(image.columns) + x) * 3];
    color = {pixel[0], pixel[1], pixel[2]};
  }
  int best = 0;
  for (int i = 1; i < bar_.rows; ++i) {
    if (difference(&bar_.rgb[static_cast<std::size_t>(i) * 3], color) <
        difference(&bar_.rgb[static_cast<std::size_t>(best) * 3], color))
      best = i;
  }
  return bar_axis_.value(bar_.box.y + bar_.box.height * best / (bar_.rows - 1));
}

std::string ReadMatrix::text(const std::string& row, const std::string& column) const {
  const Point at = cell(row, column);
  for (const auto& text : texts_) {
    if (std::abs(text.at.x - at.x) < 3 && std::abs(text.at.y - at.y) < 3) return text.text;
  }
  return "";
}

ReadMatrix::Strip ReadMatrix::strip(const std::string& label) const {
  for (const auto& text : texts_) {
    if (text.text != label) continue;
    for (const auto& box : boxes_) {
      if (text.align == Align::middle && std::abs(box.box.center().x - text.at.x) < 1 &&
          std::abs(text.at.y - box.box.bottom()) < 20)
        return {box.box, true};
      if (text.align == Align::end && std::abs(box.box.center().y - text.at.y) < 1 &&
          std::abs(box.box.x - text.at.x) < 20)
        return {box.box, false};
    }
  }
  FAIL("no strip is called \"" << label << "\"");
  return {};
}

Rect ReadMatrix::slot(const Strip& strip, const std::string& name) const {
  const auto& places = strip.at_right ? rows_ : columns_;
  INFO("name " << name);
  REQUIRE(places.contains(name));
  const double at = places.at(name);
  constexpr double half = 4;
  if (strip.at_right) return {strip.box.x, at - half, strip.box.width, 2 * half};
  return {at - half, strip.box.y, 2 * half, strip.box.height};
}

std::string ReadMatrix::strip_text(const std::string& label, const std::string& name) const {
  const auto where = strip(label);
  const Rect room = slot(where, name);
  for (const auto& text : texts_) {
    if (room.inset(-1).contains(text.at) && text.text != label) return text.text;
  }
  return "";
}

double ReadMatrix::strip_bar(const std::string& label, const std::string& name) const {
  const auto where = strip(label);
  const Rect room = slot(where, name);
  for (const auto& box : boxes_) {
    const bool inside = where.box.inset(-1).contains(box.box) && box.box.width < where.box.width + 1;
    const bool whole = box.box.width == where.box.width && box.box.height == where.box.height;
    if (!inside || whole) continue;
    if (where.at_right && box.box.y <= room.center().y && box.box.bottom() >= room.center().y)
      return box.box.width;
    if (!where.at_right && box.box.x <= room.center().x && box.box.right() >= room.center().x)
      return box.box.height;
  }
  return 0;
}

std::map<std::string, ReadWedge> read_pie(const Drawing& drawing) {
  constexpr double turn = 2 * std::numbers::pi;
  const auto wedges = all<Polygon>(drawing.shapes);
  const auto lines = all<Polyline>(drawing.shapes);
  std::map<std::string, ReadWedge> pie;
  for (const auto& text : all<Text>(drawing.shapes)) {
    const auto colon = text.text.rfind(": ");
    const auto written = colon == std::string::npos ? std::nullopt : meant(text.text.substr(colon + 2));
    if (!written || text.align == Align::middle) continue;
    const auto leads_here = [&](const Polyline& line) {
      return line.points.size() == 3 &&
             std::hypot(line.points[2].x - text.at.x, line.points[2].y - text.at.y) < 12;
    };
    const auto leader = std::ranges::find_if(lines, leads_here);
    if (leader == lines.end()) continue;
    for (const auto& wedge : wedges) {
      const Point middle = wedge.points[0];
      const auto angle = [&](Point p) {
        const double a = std::atan2(p.x - middle.x, middle.y - p.y);
        return a < 0 ? a + turn : a;
      };
      const double from = angle(wedge.points[1]);
      double to = angle(wedge.points.back());
      if (to <= from + 1e-9) to += turn;
      double at = angle(leader->points[0]);
      if (at < from) at += turn;
      if (from < at && at < to) pie[text.text.substr(0, colon)] = {*written, (to - from) / turn, wedge.fill};
    }
  }
  return pie;
}

namespace {

/// The outlined boxes of a diagram and the bold text in each.
std::map<std::string, Rectangle> titled_boxes(const Drawing& drawing) {
  std::map<std::string, Rectangle> boxes;
  for (const auto& box : all<Rectangle>(drawing.shapes)) {
    for (const auto& text : all<Text>(drawing.shapes)) {
      if (box.stroke.width > 0 && text.font.bold && box.box.contains(text.at)) boxes[text.text] = box;
    }
  }
  return boxes;
}

double distance(const Polyline& line, Point p) {
  double least = 1e9;
  for (const auto& point : line.points) least = std::min(least, std::hypot(point.x - p.x, point.y - p.y));
  return least;
}

}  // namespace

std::map<std::string, Color> read_boxes(const Drawing& drawing) {
  std::map<std::string, Color> fills;
  for (const auto& [title, box] : titled_boxes(drawing)) fills[title] = box.fill;
  return fills;
}

std::set<std::string> read_arrows(const Drawing& drawing) {
  const auto boxes = titled_boxes(drawing);
  const auto heads = all<Polygon>(drawing.shapes);
  std::set<std::string> arrows;
  for (const auto& line : all<Polyline>(drawing.shapes)) {
    std::string from = "?", to = "?", label;
    const auto head = std::ranges::min_element(heads, {}, [&](const Polygon& one) {
      return std::hypot(one.points[0].x - line.points.back().x, one.points[0].y - line.points.back().y);
    });
    if (head == heads.end()) return arrows;
    const Point tip = head->points[0], start = line.points.front();
    for (const auto& [title, box] : boxes) {
      const auto within = [&](double x) { return x >= box.box.x && x <= box.box.right(); };
      if (within(start.x) && std::abs(start.y - box.box.bottom()) < 1) from = title;
      if (within(tip.x) && std::abs(tip.y - box.box.y) < 1) to = title;
    }
    double least = 8;
    for (const auto& text : all<Text>(drawing.shapes)) {
      if (text.vertical != VerticalAlign::middle) continue;
      if (const double away = distance(line, text.at); away < least) least = away, label = text.text;
    }
    arrows.insert(from + " -> " + to + ": " + label);
  }
  return arrows;
}

}  // namespace fovea::render
