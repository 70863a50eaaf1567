#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// Growing memory for pixels, uninitialised.
class PixelMemory {
 public:
  /// Returns the first `bytes` bytes. Their earlier content may be lost.
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

/// The longest side of an image, which is libjpeg's limit.
constexpr std::size_t most_side = 65'500;

/// The product of two values of 0 .. 255, where 255 means 1.
inline std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  return (a * b + 127) / 255;
}

/// Throws where an image of the named format has no pixels, or more than the limit.
void check_extent(std::size_t width, std::size_t height, const std::string& format, const std::string& place);

/// Throws where the bytes of a file are fewer than `least`, which its pixels need at the least.
void check_bytes(std::size_t width, std::size_t height, std::size_t least, FileBytes bytes,
                 const std::string& place);

}  // namespace fovea
