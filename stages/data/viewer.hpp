#pragma once

#include "stages/data/dataset.hpp"
#include "stages/data/images/image_file.hpp"

namespace fovea {

/// Shows encoded images in the size in which their data set is seen; keeps its memory from one to the next.
/// For one thread.
class Viewer {
 public:
  /// The part `part` of sample i, in pixels of the image as it was taken, as H x W x C bytes of the size that
  /// is asked for; they stay until the next call. Throws `Error` where the file is damaged.
  const std::uint8_t* see(const Dataset& data, std::size_t i, const Region& part, const ImageSize& size);
  /// The largest part in the middle that has the shape in which the data set is seen.
  const std::uint8_t* see_centre(const Dataset& data, std::size_t i);

 private:
  ImageDecoder decoder_;
  Resampler resample_;
  std::vector<std::uint8_t> seen_;
};

/// The size in which the image of sample i was taken.
ImageSize size_taken(const Dataset& data, std::size_t i);

/// The size in which a data set's images are seen.
inline ImageSize size_seen(const Dataset& data) {
  return {data.height, data.width, data.channels};
}

}  // namespace fovea
