#pragma once

#include "stages/data/images/orientation.hpp"
#include "stages/data/images/pixels.hpp"

namespace fovea {

/// Reads PNG files; keeps its memory from one to the next.
class PngFile {
 public:
  /// The size that the header tells, with 1 channel for gray and 3 for colours and palettes. Only the header
  /// is looked at.
  static ImageSize size(FileBytes bytes, const std::string& place);

  /// How the image is turned, by its chunk of EXIF, where it has one.
  static Orientation orientation(FileBytes bytes);

  /// Decodes all of it row by row, and keeps nothing.
  void check(FileBytes bytes, const std::string& place);
  /// Decodes all of it with 1 or 3 channels, on white. The pixels stay until the next call.
  std::span<const std::uint8_t> decode(FileBytes bytes, std::size_t channels, const std::string& place);

 private:
  PixelMemory read_, pixels_;
};

}  // namespace fovea
