#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fovea::render {

/// The metadata of a picture: keys of 1 to 79 Latin letters, such as "Title", with any text. The key "Title"
/// is also the picture's title in formats that have one.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// An image as rows of pixels from the top, three bytes each: red, green, blue.
struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Encodes an image as a PNG file, with metadata as text chunks (ISO/IEC 15948:2004), optimised for speed
/// rather than size. Throws Error if PNG does not allow a key of the metadata.
std::vector<std::byte> encode_png(const Pixels& pixels, const Metadata& metadata = {});

}  // namespace fovea::render
