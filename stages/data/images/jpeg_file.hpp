#pragma once

#include "stages/data/images/orientation.hpp"
#include "stages/data/images/pixels.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// Reads JPEG files; keeps its memory from one to the next.
class JpegFile {
 public:
  JpegFile();
  ~JpegFile();
  JpegFile(const JpegFile&) = delete;
  JpegFile& operator=(const JpegFile&) = delete;

  struct Header {
    ImageSize size;  ///< as it is stored, with 1 channel for gray, else 3
    Orientation orientation;
  };
  /// Reads the header of a file. `bytes` and `place` are used until the file is decoded.
  Header open(FileBytes bytes, const std::string& place);

  /// What was decoded: `box` of the image at `scale`.
  struct Pixels {
    const std::uint8_t* values;
    Box box;
  };
  /// Decodes what was opened, with 1 or 3 channels, at `eighths` of its size: at least `box`, in pixels at
  /// that scale, and more to its left and right where blocks begin and end. The pixels stay until the next
  /// call.
  Pixels decode(std::size_t channels, unsigned eighths, const Box& box);

  /// What was not in order in the file that was decoded last, and did its pixels no harm; or "".
  std::string oddity() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  PixelMemory pixels_;
};

}  // namespace fovea
