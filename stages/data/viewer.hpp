#pragma once

#include "stages/data/dataset.hpp"
#include "stages/data/images/image_file.hpp"

namespace fovea {

/// Decodes images to the size in which their data set is seen; reuses its memory. Not thread-safe.
class Viewer {
 public:
  /// Returns the region `part` of sample i, in pixels of the original image, as H x W x C bytes of `size`;
  /// they are valid until the next call. Throws `Error` where the file is damaged.
  const std::uint8_t* see(const Dataset& data, std::size_t i, const Region& part, const ImageSize& size);
  /// Returns the largest central region of sample i that has the aspect ratio of the data set, as H x W x C
  /// bytes.
  const std::uint8_t* see_centre(const Dataset& data, std::size_t i);

 private:
  ImageDecoder decoder_;
  Resampler resample_;
  std::vector<std::uint8_t> seen_;
};

/// Returns the original size of sample i.
ImageSize size_taken(const Dataset& data, std::size_t i);

/// Returns the size in which a data set's images are seen.
inline ImageSize size_seen(const Dataset& data) {
  return {data.height, data.width, data.channels};
}

}  // namespace fovea
