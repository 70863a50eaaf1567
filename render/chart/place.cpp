#include "render/chart/place.hpp"

#include <cmath>
#include <limits>

#include "render/chart/scale.hpp"

namespace fovea::render {
namespace {

// Pixels between the points by which a line is known: less than a text is high.
constexpr double sampling = 4;

// What one wish later costs, in line samples covered.
constexpr double patience = 0.25;

// Which shares of the way between two points lie in a box (Y. Liang and B. Barsky, "A new concept and method
// for line clipping", ACM Transactions on Graphics 3(1), 1984).
std::optional<Range> part_inside(Point from, Point to, const Rect& box) {
  Range part{0, 1};
  const auto clip = [&part](double start, double change, double low, double high) {
    if (std::isnan(start) || std::isnan(change)) return false;
    if (change == 0) return low <= start && start <= high;
    const auto [first, last] = std::minmax({(low - start) / change, (high - start) / change});
    part = {std::max(part.low, first), std::min(part.high, last)};
    return part.low <= part.high;
  };
  const bool is_inside =
      clip(from.x, to.x - from.x, box.x, box.right()) && clip(from.y, to.y - from.y, box.y, box.bottom());
  return is_inside ? std::optional(part) : std::nullopt;
}

}  // namespace

void Placer::add_line(std::span<const Point> points) {
  for (std::size_t i = 0; i < points.size(); ++i) add_piece(points[i > 0 ? i - 1 : 0], points[i]);
}

void Placer::add_piece(Point from, Point to) {
  const auto inside = part_inside(from, to, within_);
  if (!inside) return;
  const auto at = [&](double share) {
    return Point{from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share};
  };
  const double length = std::hypot(to.x - from.x, to.y - from.y) * (inside->high - inside->low);
  const Point start = at(inside->low);
  const bool is_near =
      !line_.empty() && std::hypot(start.x - line_.back().x, start.y - line_.back().y) < sampling;
  if (is_near && length < sampling) return;
  const int steps = std::max(1, static_cast<int>(length / sampling));
  for (int step = is_near ? 1 : 0; step <= steps; ++step)
    line_.push_back(at(inside->low + (inside->high - inside->low) * step / steps));
}

std::optional<Rect> Placer::place(Size size, std::span<const Point> wishes) {
  if (size.width > within_.width || size.height > within_.height) return std::nullopt;
  std::optional<Rect> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Rect box = moved_inside({wishes[i].x, wishes[i].y, size.width, size.height});
    if (!is_free(box)) continue;
    const double pushed = std::hypot(box.x - wishes[i].x, box.y - wishes[i].y) / sampling;
    const double cost = covered(box) + pushed + patience * static_cast<double>(i);
    if (cost < least) {
      least = cost;
      best = box;
    }
  }
  if (!best && !wishes.empty()) best = search(size, wishes[0]);
  if (best) taken_.push_back(*best);
  return best;
}

Rect Placer::moved_inside(Rect box) const {
  box.x = std::clamp(box.x, within_.x, within_.right() - box.width);
  box.y = std::clamp(box.y, within_.y, within_.bottom() - box.height);
  return box;
}

bool Placer::is_free(const Rect& box) const {
  return std::ranges::none_of(taken_, [&](const Rect& other) { return shared_area(box, other) > 0; });
}

double Placer::covered(const Rect& box) const {
  return static_cast<double>(std::ranges::count_if(line_, [&](Point p) { return box.contains(p); }));
}

std::optional<Rect> Placer::search(Size size, Point near) const {
  std::optional<Rect> best;
  double least = std::numeric_limits<double>::infinity();
  for (double y = within_.y; y + size.height <= within_.bottom(); y += size.height / 2) {
    for (double x = within_.x; x + size.width <= within_.right(); x += size.height) {
      const Rect box{x, y, size.width, size.height};
      const double cost = std::hypot(x - near.x, y - near.y) / sampling + covered(box);
      if (cost < least && is_free(box)) {
        least = cost;
        best = box;
      }
    }
  }
  return best;
}

}  // namespace fovea::render
