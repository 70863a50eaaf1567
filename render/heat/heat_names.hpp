#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// The layout of the names along one side of a matrix: every `stride`-th name, turned by `degrees`, each cut
/// to `width` pixels, with a total depth of `depth` pixels.
struct NameLayout {
  std::vector<std::string> names;  ///< the displayed names; those between the strides are empty
  std::size_t stride = 1;
  Font font{};
  double degrees = 0;
  double depth = 0;
};

/// Returns the width of row names beside a matrix, at most `most`.
double row_name_width(const std::vector<std::string>& names, double most, const Style& style);

/// Lays out names of rows in a strip `width` pixels wide at the left of the cells.
NameLayout row_layout(const std::vector<std::string>& names, const Rect& cells, double width,
                      const Style& style);

/// Lays out names of columns below the cells: level if they fit, else slanted, else upright; at most `most`
/// pixels deep, and at most `left` pixels to the left of the cells.
NameLayout column_layout(const std::vector<std::string>& names, const Rect& cells, double most, double left,
                         const Style& style);

/// Draws the names at the left of the cells.
Shapes draw_row_names(const NameLayout& layout, const Rect& cells, const Style& style);

/// Draws the names below the cells.
Shapes draw_column_names(const NameLayout& layout, const Rect& cells, const Style& style);

}  // namespace fovea::render
