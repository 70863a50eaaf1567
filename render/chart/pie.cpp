#include "render/chart/pie.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "render/chart/ticks.hpp"
#include "render/chart/title.hpp"

namespace fovea::render {
namespace {

constexpr double turn = 2 * std::numbers::pi;
constexpr double largest_piece = turn / 180;  // the largest arc drawn as one straight line

// Returns the point at a distance from the middle, clockwise from the top.
Point on_circle(Point middle, double radius, double angle) {
  return {middle.x + radius * std::sin(angle), middle.y - radius * std::cos(angle)};
}

std::vector<Point> wedge_outline(Point middle, double radius, double from, double to) {
  std::vector<Point> points{middle};
  const int pieces = std::max(1, static_cast<int>(std::ceil((to - from) / largest_piece)));
  for (int i = 0; i <= pieces; ++i)
    points.push_back(on_circle(middle, radius, from + (to - from) * i / pieces));
  return points;
}

// The label of a wedge and its position.
struct Label {
  std::string name;
  std::string share;
  double value = 0;
  double angle = 0;
  double y = 0;  // the centre of the label
};

class PieDrawing {
 public:
  PieDrawing(const Pie& pie, const Rect& box, const Style& style)
      : pie_(pie), style_(style), font_{style.tick}, row_(style.line_height(style.tick) * 1.15), box_(box) {
    shapes_ = draw_title(pie.title, pie.subtitle, box_, style);
    for (const auto& wedge : pie.wedges) sum_ += std::max(wedge.value, 0.0);
    radius_ = std::max(1.0, std::min({box_.width * 0.23, box_.height * 0.46,
                                      std::max(box_.width * 0.16, box_.width / 2 - widest_label())}));
    middle_ = box_.center();
  }

  Shapes take() {
    if (!(sum_ > 0)) {
      shapes_.push_back(notice(pie_.empty, box_, style_));
      return std::move(shapes_);
    }
    double angle = 0;
    for (const auto& wedge : pie_.wedges) {
      const double share = std::max(wedge.value, 0.0) / sum_;
      if (share == 0) continue;
      add_wedge(wedge, angle, angle + share * turn);
      auto& side = angle + share * turn / 2 < turn / 2 ? right_ : left_;
      side.push_back({one_line(wedge.name), percent(share), share, angle + share * turn / 2, 0});
      angle += share * turn;
    }
    std::ranges::reverse(left_);  // top to bottom, as at the right
    add_labels(right_, true);
    add_labels(left_, false);
    return std::move(shapes_);
  }

 private:
  // Returns the width of the longest label beside the pie, with its leader line.
  [[nodiscard]] double widest_label() const {
    double widest = 0;
    for (const auto& wedge : pie_.wedges)
      widest = std::max(widest, style_.measure(one_line(wedge.name) + ": 00.0%", font_).width);
    return widest + style_.gap * 4 + 1;
  }

  void add_wedge(const Wedge& wedge, double from, double to) {
    const auto outline = wedge_outline(middle_, radius_, from, to);
    shapes_.push_back(Polygon{outline, wedge.color});
    if (to - from < turn * 0.999) {
      const Stroke gap{white, 2 * style_.scale};
      shapes_.push_back(Polyline{{middle_, outline[1]}, gap});
      shapes_.push_back(Polyline{{middle_, outline.back()}, gap});
    }
  }

  // Spreads labels beside the pie, as near to the middles of their wedges as they fit without overlap.
  void spread(std::vector<Label>& labels) const {
    const auto most = static_cast<std::size_t>(std::max(0.0, box_.height / row_));
    while (labels.size() > most) {
      labels.erase(std::ranges::min_element(labels, {}, &Label::value));
    }
    const double top = box_.y + row_ / 2, bottom = box_.bottom() - row_ / 2;
    double low = top;
    for (auto& label : labels) {
      label.y = std::max(low, on_circle(middle_, radius_ * 1.08, label.angle).y);
      low = label.y + row_;
    }
    double high = bottom;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
      label->y = std::min(high, label->y);
      high = label->y - row_;
    }
  }

  void add_labels(std::vector<Label>& labels, bool at_right) {
    spread(labels);
    const double reach = radius_ + style_.gap * 3;
    const double x = middle_.x + (at_right ? reach : -reach);
    const double room = (at_right ? box_.right() - x : x - box_.x) - style_.gap;
    for (const auto& label : labels) add_label(label, x, room, at_right);
  }

  void add_label(const Label& label, double x, double room, bool at_right) {
    const double share = style_.measure(": " + label.share, font_).width;
    if (share > room) return;
    const auto name = elided(label.name, font_, room - share, style_.measure);
    const double toward = at_right ? style_.gap * 0.6 : -style_.gap * 0.6;
    shapes_.push_back(Polyline{{on_circle(middle_, radius_ + 2, label.angle),
                                {x - toward * 1.6, label.y},
                                {x - toward * 0.3, label.y}},
                               {quiet_ink, 1}});
    shapes_.push_back(Text{.at = {x + toward * 0.4, label.y},
                           .text = name.empty() ? label.share : name + ": " + label.share,
                           .font = font_,
                           .align = at_right ? Align::start : Align::end,
                           .vertical = VerticalAlign::middle});
  }

  const Pie& pie_;
  const Style& style_;
  Font font_;
  double row_;
  Rect box_;
  double sum_ = 0;
  double radius_ = 1;
  Point middle_;
  std::vector<Label> left_, right_;
  Shapes shapes_;
};

}  // namespace

Shapes draw(const Pie& pie, const Rect& box, const Style& style) {
  return PieDrawing(pie, box, style).take();
}

Color wedge_color(std::size_t index) {
  constexpr std::size_t plain = 8;
  return index / plain % 2 == 0 ? category(index) : mixed(category(index), white, 0.5);
}

}  // namespace fovea::render
