#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// How the names along one side of a matrix are written: every `stride`-th, turned by `degrees`, each cut to
/// `width` pixels, taking `depth` pixels away from the cells.
struct NameLayout {
  std::vector<std::string> names;  ///< as they are shown; those between the strides are empty
  std::size_t stride = 1;
  Font font{};
  double degrees = 0;
  double depth = 0;
};

/// The width that row names take beside a matrix, at most `most`.
double row_name_width(const std::vector<std::string>& names, double most, const Style& style);

/// Names of rows in a strip `width` pixels wide at the left of the cells.
NameLayout row_layout(const std::vector<std::string>& names, const Rect& cells, double width,
                      const Style& style);

/// Names of columns below the cells, level where they fit, else slanted, else upright; `most` pixels deep at
/// most, and no further to the left than `left` pixels from the cells.
NameLayout column_layout(const std::vector<std::string>& names, const Rect& cells, double most, double left,
                         const Style& style);

/// The names at the left of the cells.
Shapes draw_row_names(const NameLayout& layout, const Rect& cells, const Style& style);

/// The names below the cells.
Shapes draw_column_names(const NameLayout& layout, const Rect& cells, const Style& style);

}  // namespace fovea::render
