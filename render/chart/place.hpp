#pragma once

#include <optional>
#include <span>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// Places texts one after another, so that none covers another and each covers little of the data.
class Placer {
 public:
  explicit Placer(Rect within);

  /// Reserves a box that texts never cover.
  void keep_free(const Rect& box);

  /// Adds a line that texts avoid if they can; NaN breaks it.
  void add_line(std::span<const Point> points);

  /// Returns the best place for a text of a size, among the given top left corners, of which earlier ones are
  /// preferred, or else near the first of them, and reserves it. Nothing if there is no room.
  std::optional<Rect> place(Size size, std::span<const Point> wishes);

  /// Returns the length of the lines that a box covers, in samples.
  [[nodiscard]] double covered(const Rect& box) const;

 private:
  void add_piece(Point from, Point to);
  [[nodiscard]] Rect moved_inside(Rect box) const;
  [[nodiscard]] bool is_free(const Rect& box) const;
  [[nodiscard]] std::optional<Rect> search(Size size, Point near);

  /// The contents of one square of a grid over the plot, so that a box is compared only with objects near it.
  struct Square {
    std::vector<Point> line;
    std::vector<Rect> taken;
  };
  /// Returns the squares that a box overlaps, from the first to the last of each row.
  [[nodiscard]] std::vector<std::size_t> squares_on(const Rect& box) const;
  void add_point(Point point);

  Rect within_;
  std::size_t columns_, rows_;
  std::vector<Square> squares_;
  std::optional<Point> last_{};
  std::optional<Size> refused_{};  ///< the size of the last text that did not fit
};

}  // namespace fovea::render
