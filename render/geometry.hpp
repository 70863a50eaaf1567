#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace fovea::render {

/// A position on the drawing in pixels, x to the right and y down from the top left corner.
struct Point {
  double x = 0;
  double y = 0;
};

/// Width and height in pixels.
struct Size {
  double width = 0;
  double height = 0;
};

/// The margins of a box in pixels, side by side.
struct Margins {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

/// Returns the larger of two margins on each side.
inline Margins widest(const Margins& a, const Margins& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// Shortens a length by an amount, at most to 0, and returns by how much.
inline double taken_off(double& length, double amount) {
  amount = std::clamp(amount, 0.0, length);
  length -= amount;
  return amount;
}

/// A box in pixels. Its sides never become negative: cutting off too much leaves an empty box.
struct Rect {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  [[nodiscard]] double right() const { return x + width; }
  [[nodiscard]] double bottom() const { return y + height; }
  [[nodiscard]] Point center() const { return {x + width / 2, y + height / 2}; }
  [[nodiscard]] Size size() const { return {width, height}; }

  /// Returns the box without the given margins.
  [[nodiscard]] Rect inset(const Margins& m) const {
    return {x + m.left, y + m.top, std::max(0.0, width - m.left - m.right),
            std::max(0.0, height - m.top - m.bottom)};
  }
  [[nodiscard]] Rect inset(double margin) const { return inset({margin, margin, margin, margin}); }

  /// Cuts a strip off one side and returns it; this box keeps the rest.
  Rect cut_left(double amount) {
    const Rect strip{x, y, taken_off(width, amount), height};
    x += strip.width;
    return strip;
  }
  Rect cut_top(double amount) {
    const Rect strip{x, y, width, taken_off(height, amount)};
    y += strip.height;
    return strip;
  }
  Rect cut_right(double amount) {
    const double cut = taken_off(width, amount);
    return {right(), y, cut, height};
  }
  Rect cut_bottom(double amount) {
    const double cut = taken_off(height, amount);
    return {x, bottom(), width, cut};
  }

  [[nodiscard]] bool contains(const Rect& inner) const {
    return inner.x >= x && inner.y >= y && inner.right() <= right() && inner.bottom() <= bottom();
  }
  [[nodiscard]] bool contains(Point p) const {
    return p.x >= x && p.x <= right() && p.y >= y && p.y <= bottom();
  }
};

/// Returns the nearest position where a line one pixel wide covers exactly one row or column of pixels.
inline double crisp(double place) {
  return std::floor(place) + 0.5;
}

/// Returns one cell of an evenly divided box, its edges on whole pixels, without `gap` pixels at its right
/// and bottom.
inline Rect cell_of(const Rect& box, std::size_t rows, std::size_t columns, std::size_t row,
                    std::size_t column, double gap = 0) {
  const auto edge = [](double from, double length, std::size_t i, std::size_t count) {
    return std::round(from + length * static_cast<double>(i) / static_cast<double>(count));
  };
  const double left = edge(box.x, box.width, column, columns);
  const double top = edge(box.y, box.height, row, rows);
  return {left, top, std::max(0.0, edge(box.x, box.width, column + 1, columns) - left - gap),
          std::max(0.0, edge(box.y, box.height, row + 1, rows) - top - gap)};
}

/// Returns the area that two boxes share in square pixels, 0 if they only touch.
inline double shared_area(const Rect& a, const Rect& b) {
  const double across = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const double down = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return across > 0 && down > 0 ? across * down : 0;
}

}  // namespace fovea::render
