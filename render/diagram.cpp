#include "render/diagram.hpp"

#include <cmath>

#include "render/layered.hpp"

namespace fovea::render {
namespace {

constexpr double margin = 30;
constexpr double padding = 14;
constexpr Font title_font{19, true};
constexpr Font line_font{15, false};
constexpr Font label_font{14, false};

struct Content {
  std::string title;
  std::vector<std::string> lines;
  Size size;
};

Content content_of(const Diagram::Box& box, const Measure& measure, double widest) {
  Content content{elided(printable(box.title), title_font, widest, measure), {}, {}};
  content.size = measure(content.title, title_font);
  for (const auto& line : box.lines) {
    content.lines.push_back(elided(printable(line), line_font, widest, measure));
    const auto size = measure(content.lines.back(), line_font);
    content.size = {std::max(content.size.width, size.width), content.size.height + size.height};
  }
  content.size = {content.size.width + 2 * padding, content.size.height + 2 * padding};
  return content;
}

void draw_box(Shapes& shapes, const Rect& place, const Content& content, Color fill, const Measure& measure) {
  shapes.push_back(Rectangle{place, fill, {quiet_ink, 1.5}});
  const auto color = text_color_on(fill);
  double y = place.y + padding;
  shapes.push_back(Text{{place.center().x, y}, content.title, title_font, color, Align::middle});
  y += measure(content.title, title_font).height;
  for (const auto& line : content.lines) {
    shapes.push_back(Text{{place.center().x, y}, line, line_font, color, Align::middle});
    y += measure(line, line_font).height;
  }
}

/// Returns a smooth curve through the bends: between two bends an S that begins and ends vertically.
std::vector<Point> smooth(const std::vector<Point>& bends) {
  constexpr int pieces = 16;
  std::vector<Point> points{bends.front()};
  for (std::size_t i = 1; i < bends.size(); ++i) {
    const auto [from, to] = std::pair{bends[i - 1], bends[i]};
    for (int piece = 1; piece <= pieces; ++piece) {
      const double t = static_cast<double>(piece) / pieces;
      const double s = t * t * (3 - 2 * t);
      points.push_back({from.x + (to.x - from.x) * s, from.y + (to.y - from.y) * t});
    }
  }
  return points;
}

void draw_arrow(Shapes& shapes, std::vector<Point> bends) {
  constexpr double length = 11;
  const auto tip = bends.back();
  const double back = tip.y - length, half = length * 0.45;
  bends.back().y -= length * 0.8;
  shapes.push_back(Polyline{smooth(bends), {quiet_ink, 1.8}});
  shapes.push_back(Polygon{{tip, {tip.x - half, back}, {tip.x + half, back}}, quiet_ink});
}

/// Draws labels beside the last segment of their arrow, lower ones to the right, none over a box.
void draw_labels(Shapes& shapes, const Diagram& diagram, const Layered& places, const Measure& measure) {
  std::vector<Rect> taken;
  for (std::size_t i = 0; i < diagram.arrows.size(); ++i) {
    const auto text = printable(diagram.arrows[i].label);
    if (text.empty()) continue;
    const auto size = measure(text, label_font);
    const auto points = smooth(places.arrows[i]);
    for (const double share : {0.5, 0.62, 0.38, 0.26, 0.18, 0.74}) {
      const auto last = points.size() - 17 + static_cast<std::size_t>(std::lround(share * 16));
      const Rect room{points[last].x - size.width / 2 - 3, points[last].y - size.height / 2, size.width + 6,
                      size.height};
      bool free = true;
      for (const auto& other : taken) free = free && shared_area(room, other) == 0;
      if (!free) continue;
      taken.push_back(room);
      shapes.push_back(Rectangle{room, white.faded(0.85)});
      shapes.push_back(
          Text{room.center(), text, label_font, quiet_ink, Align::middle, VerticalAlign::middle});
      break;
    }
  }
}

/// Draws a row of small boxes with the meaning of their fills; returns its width.
double draw_legend(Shapes& shapes, const std::vector<Diagram::LegendEntry>& legend, Point at,
                   const Measure& measure) {
  double x = at.x;
  for (const auto& [fill, meaning] : legend) {
    const auto size = measure(meaning, line_font);
    shapes.push_back(Rectangle{{x, at.y + 2, 22, size.height - 4}, fill, {quiet_ink, 1}});
    shapes.push_back(Text{{x + 30, at.y}, meaning, line_font});
    x += 30 + size.width + 26;
  }
  return legend.empty() ? 0 : x - 26 - at.x;
}

}  // namespace

Drawing draw(const Diagram& diagram, const Measure& measure, double widest) {
  std::vector<Content> contents;
  std::vector<Size> sizes;
  for (const auto& box : diagram.boxes) {
    contents.push_back(content_of(box, measure, widest));
    sizes.push_back(contents.back().size);
  }
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (const auto& arrow : diagram.arrows) arrows.emplace_back(arrow.from, arrow.to);
  const auto places = layered(sizes, arrows, 36, 64);

  constexpr Font headline{24, true};
  Shapes top;
  const auto title = printable(diagram.title);
  const auto title_size = measure(title, headline);
  top.push_back(Text{{margin, margin}, title, headline});
  double head = margin + title_size.height + 8;
  const double legend_width = draw_legend(top, diagram.legend, {margin, head}, measure);
  if (!diagram.legend.empty()) head += measure("Xg", line_font).height + 8;
  head += 16;

  const double width = std::max({places.size.width, title_size.width, legend_width});
  Shapes body;
  for (const auto& bends : places.arrows) draw_arrow(body, bends);
  draw_labels(body, diagram, places, measure);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    draw_box(body, places.nodes[i], contents[i], diagram.boxes[i].fill, measure);
  }
  append(top, moved(std::move(body), {margin + (width - places.size.width) / 2, head}));
  return {{std::ceil(width + 2 * margin), std::ceil(head + places.size.height + margin)}, std::move(top)};
}

}  // namespace fovea::render
