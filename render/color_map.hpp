#pragma once

#include "render/color.hpp"

namespace fovea::render {

/// Maps from numbers to colours. The first two are for magnitudes, the last for values around 0.
enum class ColorMap { viridis, cividis, diverging };

/// Returns the colour of a share in [0, 1], which is clamped; NaN gives `blank_gray`.
Color color_at(ColorMap map, double share);

}  // namespace fovea::render
