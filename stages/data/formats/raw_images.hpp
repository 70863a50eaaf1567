#pragma once

#include <memory>

#include "stages/data/dataset.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// The largest ratio of unpacked to packed bytes in Deflate.
inline constexpr std::size_t most_packed = 1032;

/// The result of a reader: images as H x W x C bytes, one after the other, or null where they are kept
/// otherwise.
struct RawImages {
  ImageSize size;
  std::shared_ptr<std::uint8_t[]> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> parts;
  NameList names;
};

/// Formats extents for errors: "60000 x 28 x 28".
std::string shape_text(std::span<const std::size_t> shape);

/// Throws for no samples and for more than 100 million; the error begins with `place`.
void check_samples(std::size_t samples, const std::string& place);

/// Throws for images without pixels, of more than 64 megapixels or of other than 1 or 3 channels, and for
/// more than 16 GiB of images; the error begins with `place`.
void check_images(std::size_t samples, const ImageSize& size, const std::string& place);

/// Allocates memory that the system provides only as it is written; throws where there is not enough.
std::shared_ptr<std::uint8_t[]> take_memory(std::size_t bytes, const std::string& place);

/// Returns the images as a data set, without class names and statistics.
Dataset raw_dataset(RawImages images);

/// Converts an image of planes (C x H x W) to H x W x C.
void interleave(std::span<const std::uint8_t> planes, const ImageSize& size, std::uint8_t* to);

}  // namespace fovea
