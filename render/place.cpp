#include "render/place.hpp"

#include <cmath>
#include <limits>

namespace fovea::render {
namespace {

// Pixels between the points by which a line is known: less than a text is high.
constexpr double sampling = 4;

// What one wish later costs, in line samples covered.
constexpr double patience = 0.75;

}  // namespace

void Placer::add_line(std::span<const Point> points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!within_.contains(points[i])) continue;
    const Point from = i > 0 && within_.contains(points[i - 1]) ? points[i - 1] : points[i];
    const double length = std::hypot(points[i].x - from.x, points[i].y - from.y);
    if (i > 0 && length < sampling && !line_.empty()) {
      const Point last = line_.back();
      if (std::hypot(points[i].x - last.x, points[i].y - last.y) < sampling) continue;
    }
    const int pieces = std::max(1, static_cast<int>(length / sampling));
    for (int piece = 1; piece <= pieces; ++piece) {
      const double share = static_cast<double>(piece) / pieces;
      line_.push_back({from.x + (points[i].x - from.x) * share, from.y + (points[i].y - from.y) * share});
    }
  }
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
