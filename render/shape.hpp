#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "render/color.hpp"
#include "render/geometry.hpp"
#include "render/text.hpp"

namespace fovea::render {

enum class Dash { solid, dashed, dotted };

/// The stroke of a path; a width of 0 draws nothing.
struct Stroke {
  Color color = ink;
  double width = 0;
  Dash dash = Dash::solid;
};

/// Straight line segments through the points, in order.
struct Polyline {
  std::vector<Point> points;
  Stroke stroke;
};

/// A closed, filled polygon.
struct Polygon {
  std::vector<Point> points;
  Color fill;
};

/// An axis-aligned box.
struct Rectangle {
  Rect box;
  Color fill = white.faded(0);
  Stroke stroke{};
};

enum class MarkerShape { circle, square, diamond, triangle, cross };

/// A marker at a point, `radius` pixels from its centre to its edge.
struct Marker {
  Point at;
  double radius = 4;
  MarkerShape shape = MarkerShape::circle;
  Color fill = ink;
  Stroke outline{};
};

/// The anchor of a text, horizontally and vertically.
enum class Align { start, middle, end };
enum class VerticalAlign { top, middle, bottom };

/// Lines of text anchored at a point, rotated counter-clockwise around it by `degrees`.
struct Text {
  Point at;
  std::string text;
  Font font{};
  Color color = ink;
  Align align = Align::start;
  VerticalAlign vertical = VerticalAlign::top;
  double degrees = 0;
};

/// An image stretched over a box: rows from the top, three bytes a pixel. Pixels stay sharp unless `smooth`.
struct Image {
  Rect box;
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> rgb;
  bool smooth = false;
};

struct Shape;
using Shapes = std::vector<Shape>;

/// Shapes clipped to the box `clip`.
struct Group {
  Rect clip;
  Shapes shapes;
};

/// Any shape that a backend can draw.
struct Shape : std::variant<Polyline, Polygon, Rectangle, Marker, Text, Image, Group> {
  using variant::variant;
};

/// A vector picture: shapes over a white background, the first at the bottom.
struct Drawing {
  Size size;
  Shapes shapes;
};

/// Returns the axis-aligned bounding box of a rotated text.
Rect bounds(const Text& text, const Measure& measure);

/// Appends shapes to a list.
void append(Shapes& shapes, Shapes more);

/// Returns the shapes moved to the right and down.
Shapes moved(Shapes shapes, Point by);

/// Returns the drawing as text for comparison in tests: one shape a line, coordinates to a tenth of a pixel
/// and pixels as a checksum.
std::string to_text(const Drawing& drawing);

}  // namespace fovea::render
