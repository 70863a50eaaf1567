#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A piece of a pie.
struct Wedge {
  std::string name{};
  double value = 0;  ///< at least 0; drawn and labelled as its share of the sum
  Color color{};
};

/// A pie chart of shares of a whole, clockwise from the top, each with its name and percent beside it.
struct Pie {
  std::string title{};
  std::string subtitle{};
  std::vector<Wedge> wedges{};
  std::string empty = "no data";  ///< the text if all values are 0
};

/// Draws a pie in a box. Names that are too long are cut, and wedges without room for a name have no label.
Shapes draw(const Pie& pie, const Rect& box, const Style& style);

/// Returns the colour of the n-th of up to 16 wedges: those of `category`, then lighter ones.
Color wedge_color(std::size_t index);

}  // namespace fovea::render
