#include "render/chart/place.hpp"

#include <cmath>
#include <limits>

#include "render/chart/scale.hpp"

namespace fovea::render {
namespace {

// The distance in pixels between the samples of a line: less than the height of a text.
constexpr double sampling = 4;

// The side in pixels of the squares of the search grid.
constexpr double square_side = 16;

// The cost of the next position in the list of wishes, in covered line samples.
constexpr double wish_penalty = 0.25;

// Returns the parameter range of a segment inside a box (Y. Liang and B. Barsky, "A new concept and method
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

Placer::Placer(Rect within)
    : within_(within),
      columns_(static_cast<std::size_t>(within.width / square_side) + 1),
      rows_(static_cast<std::size_t>(within.height / square_side) + 1),
      squares_(columns_ * rows_) {}

std::vector<std::size_t> Placer::squares_on(const Rect& box) const {
  const auto square = [](double from_start, std::size_t count) {
    return static_cast<std::size_t>(
        std::clamp(from_start / square_side, 0.0, static_cast<double>(count - 1)));
  };
  const auto right = square(box.right() - within_.x, columns_);
  const auto bottom = square(box.bottom() - within_.y, rows_);
  std::vector<std::size_t> found;
  for (auto row = square(box.y - within_.y, rows_); row <= bottom; ++row) {
    for (auto column = square(box.x - within_.x, columns_); column <= right; ++column)
      found.push_back(row * columns_ + column);
  }
  return found;
}

void Placer::keep_free(const Rect& box) {
  for (const auto i : squares_on(box)) squares_[i].taken.push_back(box);
}

void Placer::add_point(Point point) {
  squares_[squares_on({point.x, point.y, 0, 0}).front()].line.push_back(point);
  last_ = point;
}

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
  const bool is_near = last_ && std::hypot(start.x - last_->x, start.y - last_->y) < sampling;
  if (is_near && length < sampling) return;
  const int steps = std::max(1, static_cast<int>(length / sampling));
  for (int step = is_near ? 1 : 0; step <= steps; ++step)
    add_point(at(inside->low + (inside->high - inside->low) * step / steps));
}

std::optional<Rect> Placer::place(Size size, std::span<const Point> wishes) {
  if (size.width > within_.width || size.height > within_.height) return std::nullopt;
  std::optional<Rect> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Rect box = moved_inside({wishes[i].x, wishes[i].y, size.width, size.height});
    if (!is_free(box)) continue;
    const double pushed = std::hypot(box.x - wishes[i].x, box.y - wishes[i].y) / sampling;
    const double cost = covered(box) + pushed + wish_penalty * static_cast<double>(i);
    if (cost < least) {
      least = cost;
      best = box;
    }
  }
  if (!best && !wishes.empty()) best = search(size, wishes[0]);
  if (best) keep_free(*best);
  return best;
}

Rect Placer::moved_inside(Rect box) const {
  box.x = std::clamp(box.x, within_.x, within_.right() - box.width);
  box.y = std::clamp(box.y, within_.y, within_.bottom() - box.height);
  return box;
}

bool Placer::is_free(const Rect& box) const {
  return std::ranges::none_of(squares_on(box), [&](std::size_t i) {
    return std::ranges::any_of(squares_[i].taken,
                               [&](const Rect& other) { return shared_area(box, other) > 0; });
  });
}

double Placer::covered(const Rect& box) const {
  std::ptrdiff_t count = 0;
  for (const auto i : squares_on(box))
    count += std::ranges::count_if(squares_[i].line, [&](Point p) { return box.contains(p); });
  return static_cast<double>(count);
}

std::optional<Rect> Placer::search(Size size, Point near) {
  if (refused_ && size.width >= refused_->width && size.height >= refused_->height) return std::nullopt;
  std::optional<Rect> best;
  double least = std::numeric_limits<double>::infinity();
  for (double y = within_.y; y + size.height <= within_.bottom(); y += size.height / 2) {
    for (double x = within_.x; x + size.width <= within_.right(); x += size.height) {
      const Rect box{x, y, size.width, size.height};
      const double away = std::hypot(x - near.x, y - near.y) / sampling;
      if (away >= least || !is_free(box)) continue;
      const double cost = away + covered(box);
      if (cost < least) {
        least = cost;
        best = box;
      }
    }
  }
  if (!best) refused_ = size;
  return best;
}

}  // namespace fovea::render
