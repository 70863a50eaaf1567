#pragma once

#include "stages/data/images/orientation.hpp"
#include "stages/data/images/pixels.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// Reads JPEG files; reuses its memory.
class JpegFile {
 public:
  JpegFile();
  ~JpegFile();
  JpegFile(const JpegFile&) = delete;
  JpegFile& operator=(const JpegFile&) = delete;

  struct Header {
    ImageSize size;  ///< as stored, with 1 channel for gray, else 3
    Orientation orientation;
  };
  /// Reads the header of a file. `bytes` and `place` must live until the file is decoded.
  Header open(FileBytes bytes, const std::string& place);

  /// The decoded pixels: `box` of the image at `scale`.
  struct Pixels {
    const std::uint8_t* values;
    Box box;
  };
  /// Decodes the open file to 1 or 3 channels, at `eighths` of its size: at least `box`, in pixels at that
  /// scale, and more to its left and right up to block borders. The pixels are valid until the next call.
  Pixels decode(std::size_t channels, unsigned eighths, const Box& box);

  /// Returns a harmless oddity of the last decoded file; or "".
  std::string oddity() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  PixelMemory pixels_;
};

}  // namespace fovea
