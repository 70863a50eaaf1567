#pragma once

#include <memory>

#include "stages/data/dataset.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// Deflate packs at most so many bytes into one.
inline constexpr std::size_t most_packed = 1032;

/// What a reader has read: images as H x W x C bytes, one after the other, or null where they are kept
/// otherwise.
struct RawImages {
  ImageSize size;
  std::shared_ptr<std::uint8_t[]> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> parts;
  NameList names;
};

/// "60000 x 28 x 28": extents for errors.
std::string shape_text(std::span<const std::size_t> shape);

/// Refuses no samples and more than 100 million; the error begins with `place`.
void check_samples(std::size_t samples, const std::string& place);

/// Refuses images that have no pixels, more than 64 megapixels or not 1 or 3 channels, and more than 16 GiB
/// of them; the error begins with `place`.
void check_images(std::size_t samples, const ImageSize& size, const std::string& place);

/// Memory that is taken from the system only as it is written to; throws where there is not so much.
std::shared_ptr<std::uint8_t[]> take_memory(std::size_t bytes, const std::string& place);

/// The images as a data set, without class names and statistics.
Dataset raw_dataset(RawImages images);

/// Writes an image that is kept as one plane a channel (C x H x W) as H x W x C.
void interleave(std::span<const std::uint8_t> planes, const ImageSize& size, std::uint8_t* to);

}  // namespace fovea
