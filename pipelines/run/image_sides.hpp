#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace fovea {

/// Returns height and width in pixels, from 1 to 65536, of a text as "64", "64x96" or "[64, 96]". Throws
/// `Error` with what would be right.
std::pair<std::int64_t, std::int64_t> image_sides(const std::string& text);

}  // namespace fovea
