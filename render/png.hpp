#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fovea::render {

/// What a picture says about itself: keys of 1 to 79 letters of Latin, such as "Title", with any text. The
/// key "Title" also names the picture where its format has a title.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// A picture as rows of pixels from the top, three bytes each: red, green, blue.
struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// A picture as a PNG file, metadata as text chunks (ISO/IEC 15948:2004), made for speed rather than size.
/// Throws Error where a key of the metadata is not allowed in PNG.
std::vector<std::byte> encode_png(const Pixels& pixels, const Metadata& metadata = {});

}  // namespace fovea::render
