#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// Memory for pixels, which grows, and is not written to before the pixels are.
class PixelMemory {
 public:
  /// The first `bytes` of it. What it held may be lost.
  std::uint8_t* take(std::size_t bytes) {
    if (bytes > size_) {
      memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
      size_ = bytes;
    }
    return memory_.get();
  }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_ = 0;
};

/// The longest side of an image, which is what libjpeg reads.
constexpr std::size_t most_side = 65'500;

/// A product of values of 0 .. 255, where 255 stands for 1.
inline std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  return (a * b + 127) / 255;
}

/// Throws where an image (`format` is what it is called) has no pixels, or more than are read.
void check_extent(std::size_t width, std::size_t height, const std::string& format, const std::string& place);

/// Throws where so many pixels can't come from so few bytes; `least` is how few would be enough.
void check_bytes(std::size_t width, std::size_t height, std::size_t least, FileBytes bytes,
                 const std::string& place);

}  // namespace fovea
