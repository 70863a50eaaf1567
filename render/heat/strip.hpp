#pragma once

#include "render/heat/heat_map.hpp"

namespace fovea::render {

/// Bars for the rows of a matrix with their values at the right, where there is room for both; its label
/// below them.
Shapes draw_right_strip(const Strip& strip, const Rect& box, const Style& style);

/// Bars for the columns of a matrix with their values above, where there is room for both; its label at the
/// left within `label_room` pixels.
Shapes draw_bottom_strip(const Strip& strip, const Rect& box, double label_room, const Style& style);

}  // namespace fovea::render
