#pragma once

#include "stages/data/vector_code.hpp"

namespace fovea {

/// The luma of a colour, from 0 to 255, as in JPEG and Pillow: 0.299 R + 0.587 G + 0.114 B.
FOVEA_INLINE int brightness(int red, int green, int blue) {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

}  // namespace fovea
