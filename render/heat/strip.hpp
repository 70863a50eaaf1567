#pragma once

#include "render/heat/heat_map.hpp"

namespace fovea::render {

/// Draws bars for the rows of a matrix, with their values at the right if there is room for both, and the
/// label below them.
Shapes draw_right_strip(const Strip& strip, const Rect& box, const Style& style);

/// Draws bars for the columns of a matrix, with their values above if there is room for both, and the label
/// at the left within `label_room` pixels.
Shapes draw_bottom_strip(const Strip& strip, const Rect& box, double label_room, const Style& style);

}  // namespace fovea::render
