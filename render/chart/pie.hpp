#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A piece of a pie.
struct Wedge {
  std::string name{};
  double value = 0;  ///< at least 0; its share of the sum is drawn and said
  Color color{};
};

/// Shares of a whole, clockwise from the top, each with its name and percent beside it.
struct Pie {
  std::string title{};
  std::string subtitle{};
  std::vector<Wedge> wedges{};
  std::string empty = "no data";  ///< said where all values are 0
};

/// A pie drawn in a box. Names are cut where they are too long, and wedges for whose names no room is left
/// stay without.
Shapes draw(const Pie& pie, const Rect& box, const Style& style);

/// The colour of the n-th of up to 16 wedges: those of `category`, then lighter ones.
Color wedge_color(std::size_t index);

}  // namespace fovea::render
