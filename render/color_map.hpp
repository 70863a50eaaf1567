#pragma once

#include "render/color.hpp"

namespace fovea::render {

/// How a magnitude becomes a colour. The first two are for magnitudes, the last for values around 0.
enum class ColorMap { viridis, cividis, diverging };

/// The colour of a share in [0, 1]; outside it is the nearer end, and NaN is `blank_gray`.
Color color_at(ColorMap map, double share);

}  // namespace fovea::render
