#include "stages/data/formats/raw_images.hpp"

#include <new>
#include <numeric>

#include "graph/error.hpp"

namespace fovea {
namespace {

constexpr std::size_t most_samples = 100'000'000;
constexpr std::size_t most_pixels = 64'000'000;
constexpr std::size_t most_bytes = std::size_t{16} << 30;

}  // namespace

std::string shape_text(std::span<const std::size_t> shape) {
  std::vector<std::string> extents;
  for (const auto extent : shape) extents.push_back(std::to_string(extent));
  return join(extents, " x ");
}

void check_samples(std::size_t samples, const std::string& place) {
  if (samples == 0) throw Error(place + ": holds no samples; at least one is needed");
  if (samples > most_samples) {
    throw Error(place + ": announces " + std::to_string(samples) + " samples; at most 100 million are read");
  }
}

void check_images(std::size_t samples, const ImageSize& size, const std::string& place) {
  const auto& [height, width, channels] = size;
  const auto images = shape_text(std::vector{height, width, channels});
  if (channels != 1 && channels != 3)
    throw Error(place + ": images of " + images + "; 1 or 3 channels are read");
  if (height == 0 || width == 0) throw Error(place + ": images of " + images + "; each side needs a pixel");
  if (height > most_pixels / width)
    throw Error(place + ": images of " + images + "; at most 64 megapixels are read");
  if (samples > most_bytes / (height * width * channels)) {
    throw Error(place + ": " + std::to_string(samples) + " images of " + images +
                "; at most 16 GiB in one file are read");
  }
}

std::shared_ptr<std::uint8_t[]> take_memory(std::size_t bytes, const std::string& place) {
  try {
    return std::make_shared_for_overwrite<std::uint8_t[]>(bytes);
  } catch (const std::bad_alloc&) {
    throw Error(place + ": its images take " + std::to_string(bytes >> 20) +
                " MiB; so much memory is not free");
  }
}

Dataset raw_dataset(RawImages images) {
  Dataset data;
  data.height = images.size.height;
  data.width = images.size.width;
  data.channels = images.size.channels;
  const auto bytes = images.labels.size() * data.image_bytes();
  if (images.pixels) data.pixels = {std::span<const std::uint8_t>(images.pixels.get(), bytes), images.pixels};
  std::vector<std::uint32_t> index(images.labels.size());
  std::iota(index.begin(), index.end(), 0U);
  data.index = std::move(index);
  data.labels = std::move(images.labels);
  data.parts = std::move(images.parts);
  data.names = images.names.finish();
  return data;
}

void interleave(std::span<const std::uint8_t> planes, const ImageSize& size, std::uint8_t* to) {
  const auto plane = size.height * size.width;
  for (std::size_t c = 0; c < size.channels; ++c) {
    const auto* from = planes.data() + c * plane;
    for (std::size_t i = 0; i < plane; ++i) to[i * size.channels + c] = from[i];
  }
}

}  // namespace fovea
