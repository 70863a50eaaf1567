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

/// How a path is drawn; a width of 0 draws nothing.
struct Stroke {
  Color color = ink;
  double width = 0;
  Dash dash = Dash::solid;
};

/// Straight pieces through the points, in order.
struct Polyline {
  std::vector<Point> points;
  Stroke stroke;
};

/// A closed, filled outline.
struct Polygon {
  std::vector<Point> points;
  Color fill;
};

/// A box with edges along the axes.
struct Rectangle {
  Rect box;
  Color fill = white.faded(0);
  Stroke stroke{};
};

enum class MarkerShape { circle, square, diamond, triangle, cross };

/// A small sign at a point, `radius` pixels from its centre to its edge.
struct Marker {
  Point at;
  double radius = 4;
  MarkerShape shape = MarkerShape::circle;
  Color fill = ink;
  Stroke outline{};
};

/// Which side of a text its point is at, across and down.
enum class Align { start, middle, end };
enum class VerticalAlign { top, middle, bottom };

/// Lines of text held at a point, turned counter-clockwise around it by `degrees`.
struct Text {
  Point at;
  std::string text;
  Font font{};
  Color color = ink;
  Align align = Align::start;
  VerticalAlign vertical = VerticalAlign::top;
  double degrees = 0;
};

/// Pixels stretched over a box: rows from the top, three bytes each. Cells stay sharp unless `smooth`.
struct Image {
  Rect box;
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> rgb;
  bool smooth = false;
};

struct Shape;
using Shapes = std::vector<Shape>;

/// Shapes of which only what lies within `clip` is seen.
struct Group {
  Rect clip;
  Shapes shapes;
};

/// Anything that a backend can draw.
struct Shape : std::variant<Polyline, Polygon, Rectangle, Marker, Text, Image, Group> {
  using variant::variant;
};

/// A picture before it is pixels: shapes over a white ground, the first at the bottom.
struct Drawing {
  Size size;
  Shapes shapes;
};

/// The upright box around a text, once it is turned.
Rect bounds(const Text& text, const Measure& measure);

/// Adds shapes after those that are there.
void append(Shapes& shapes, Shapes more);

/// Shapes moved to the right and down.
Shapes moved(Shapes shapes, Point by);

/// The drawing as text, one shape a line, coordinates to a tenth of a pixel and pixels as a checksum: made to
/// be compared in tests.
std::string to_text(const Drawing& drawing);

}  // namespace fovea::render
