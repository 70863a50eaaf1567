#pragma once

#include <optional>
#include <span>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// Finds room for texts one after another, so that none covers another and each covers little of the data.
class Placer {
 public:
  explicit Placer(Rect within);

  /// Texts are never put on this box.
  void keep_free(const Rect& box);

  /// Texts are put off this line where they can be; NaN breaks it.
  void add_line(std::span<const Point> points);

  /// The best place for a text of a size: of the wished top left corners, earlier ones preferred, else of all
  /// the room near the first wish. What it returns is taken from then on; nothing where no room is left.
  std::optional<Rect> place(Size size, std::span<const Point> wishes);

  /// How much of the lines a box covers: 0 where it covers nothing.
  [[nodiscard]] double covered(const Rect& box) const;

 private:
  void add_piece(Point from, Point to);
  [[nodiscard]] Rect moved_inside(Rect box) const;
  [[nodiscard]] bool is_free(const Rect& box) const;
  [[nodiscard]] std::optional<Rect> search(Size size, Point near);

  /// What lies in one square of the room, so that a box is compared with what is near it.
  struct Square {
    std::vector<Point> line;
    std::vector<Rect> taken;
  };
  /// The squares that a box lies on, from the first to the last of each row.
  [[nodiscard]] std::vector<std::size_t> squares_on(const Rect& box) const;
  void add_point(Point point);

  Rect within_;
  std::size_t columns_, rows_;
  std::vector<Square> squares_;
  std::optional<Point> last_{};
  std::optional<Size> refused_{};  ///< no room was left for a text of this size
};

}  // namespace fovea::render
