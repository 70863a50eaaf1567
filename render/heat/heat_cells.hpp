#pragma once

#include "render/heat/heat_map.hpp"

namespace fovea::render {

/// Returns the values of the two end colours of a heat map, the first less than the second.
Range color_range(const HeatMap& map);

/// Returns the position of a value between the end colours, in [0, 1]; NaN stays NaN.
double color_share(double value, const Range& range, ScaleKind scale);

/// Draws the coloured cells of a heat map over a box: rectangles if they are few, one image if they are many.
Shapes draw_cells(const HeatMap& map, const Range& range, const Rect& box);

/// Draws the texts of all cells in the largest size at which the longest fits: all their lines, else their
/// first, else nothing.
Shapes draw_cell_texts(const HeatMap& map, const Range& range, const Rect& box, const Style& style);

/// Resamples the matrix to `columns` by `rows` pixels: each pixel takes the largest or the mean of the cells
/// it covers, or the one cell that covers it.
std::vector<double> pooled(const HeatMap& map, std::size_t columns, std::size_t rows);

}  // namespace fovea::render
