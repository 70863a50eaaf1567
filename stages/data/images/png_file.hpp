#pragma once

#include "stages/data/images/orientation.hpp"
#include "stages/data/images/pixels.hpp"

namespace fovea {

/// Reads PNG files; reuses its memory.
class PngFile {
 public:
  /// Returns the size in the header, with 1 channel for gray and 3 for colours and palettes. Only the header
  /// is read.
  static ImageSize size(FileBytes bytes, const std::string& place);

  /// Returns the orientation in the EXIF chunk; the identity where there is none.
  static Orientation orientation(FileBytes bytes);

  /// Decodes the whole image row by row, and keeps nothing.
  void check(FileBytes bytes, const std::string& place);
  /// Decodes the whole image to 1 or 3 channels, on white. The pixels are valid until the next call.
  std::span<const std::uint8_t> decode(FileBytes bytes, std::size_t channels, const std::string& place);

 private:
  PixelMemory read_, pixels_;
};

}  // namespace fovea
