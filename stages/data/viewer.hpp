#pragma once

#include "stages/data/dataset.hpp"
#include "stages/data/images/image_file.hpp"
#include "stages/data/preprocessing.hpp"

namespace fovea {

/// Shows images in the size that a network takes, whether they are kept as files or as pixels of any size;
/// keeps its memory from one to the next. For one thread. Throws `Error` where a file is damaged.
class Viewer {
 public:
  /// The plain view of sample i: all that a preprocessing does before bytes become numbers. H x W x C bytes,
  /// which stay until the next call; of an image that is kept just so they are its own. JPEG of twice the
  /// size or more is decoded smaller first, which moves a value by one or two on average; see
  /// `ImageDecoder::part`.
  const std::uint8_t* plain(const Dataset& data, std::size_t i, const Preprocessing& how);
  /// Sample i in another place; a gray image is shown as RGB, and RGB as gray, where `how` has those
  /// channels.
  const std::uint8_t* placed(const Dataset& data, std::size_t i, const Preprocessing& how,
                             const Placement& place);

 private:
  void show(const Dataset& data, std::size_t i, const Preprocessing& how, const Placement& place,
            std::uint8_t* out);
  const std::uint8_t* with_channels(std::span<const std::uint8_t> pixels, std::size_t channels);
  ImageDecoder decoder_;
  Resampler resample_;
  std::vector<std::uint8_t> seen_, box_, converted_;
};

/// The size in which the image of sample i was taken, or is kept as pixels.
ImageSize size_taken(const Dataset& data, std::size_t i);

/// Whether the images of a data set are kept as pixels that are their own plain view.
bool is_plain(const Dataset& data, const Preprocessing& how);

}  // namespace fovea
