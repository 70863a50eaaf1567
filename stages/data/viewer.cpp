#include "stages/data/viewer.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "stages/data/ops/gray.hpp"

namespace fovea {
namespace {

std::string place_of(const Dataset& data, std::size_t i) {
  if (!data.names.empty()) return data.name(i);
  return "image " + std::to_string(data.index[i]) + " of class " +
         quote(data.class_names[static_cast<std::size_t>(data.labels[i])]);
}

/// Fills an image with one colour.
void paint(const std::vector<std::uint8_t>& colour, std::vector<std::uint8_t>& image) {
  for (std::size_t k = 0; k < image.size(); ++k) image[k] = colour[k % colour.size()];
}

void copy_into(const std::uint8_t* from, const Box& box, const ImageSize& size, std::uint8_t* to) {
  const auto row = box.width * size.channels;
  for (std::size_t y = 0; y < box.height; ++y)
    std::copy_n(from + y * row, row, to + ((box.y + y) * size.width + box.x) * size.channels);
}

}  // namespace

const std::uint8_t* Viewer::plain(const Dataset& data, std::size_t i, const Preprocessing& how) {
  if (is_plain(data, how)) return data.image(i).data();
  return placed(data, i, how, placement(how, size_taken(data, i)));
}

const std::uint8_t* Viewer::placed(const Dataset& data, std::size_t i, const Preprocessing& how,
                                   const Placement& place) {
  const auto& box = place.box;
  seen_.resize(how.size.values());
  if (box.width == how.size.width && box.height == how.size.height) {
    show(data, i, how, place, seen_.data());
    return seen_.data();
  }
  box_.resize(box.height * box.width * how.size.channels);
  show(data, i, how, place, box_.data());
  paint(how.fill, seen_);
  copy_into(box_.data(), box, how.size, seen_.data());
  return seen_.data();
}

void Viewer::show(const Dataset& data, std::size_t i, const Preprocessing& how, const Placement& place,
                  std::uint8_t* out) {
  const auto& [part, box] = place;
  if (data.is_encoded()) {
    const auto picture = decoder_.part(data.file(i), data.channels, part, box.height, box.width, how.filter,
                                       place_of(data, i));
    const auto* pixels = picture.pixels.data();
    auto size = picture.size;
    if (size.channels != how.size.channels) {
      pixels = with_channels({pixels, size.values()}, how.size.channels);
      size.channels = how.size.channels;
    }
    resample_(pixels, size, picture.part, box.height, box.width, out, how.filter);
    return;
  }
  const auto* pixels = data.image(i).data();
  if (data.channels != how.size.channels) pixels = with_channels(data.image(i), how.size.channels);
  resample_(pixels, {data.height, data.width, how.size.channels}, part, box.height, box.width, out,
            how.filter);
}

const std::uint8_t* Viewer::with_channels(std::span<const std::uint8_t> pixels, std::size_t channels) {
  if (channels == 3) {
    converted_.resize(pixels.size() * 3);
    for (std::size_t k = 0; k < converted_.size(); ++k) converted_[k] = pixels[k / 3];
  } else {
    converted_.resize(pixels.size() / 3);
    for (std::size_t k = 0; k < converted_.size(); ++k) {
      const auto* colour = &pixels[3 * k];
      converted_[k] = static_cast<std::uint8_t>(brightness(colour[0], colour[1], colour[2]));
    }
  }
  return converted_.data();
}

ImageSize size_taken(const Dataset& data, std::size_t i) {
  if (!data.is_encoded()) return {data.height, data.width, data.channels};
  const auto at = std::size_t{2} * data.index[i];
  return {static_cast<std::size_t>(data.extents[at]), static_cast<std::size_t>(data.extents[at + 1]),
          data.channels};
}

bool is_plain(const Dataset& data, const Preprocessing& how) {
  if (data.is_encoded() || ImageSize{data.height, data.width, data.channels} != how.size) return false;
  const bool enlarges = how.fit == Fit::short_side && how.crop_pct != 1;
  return !enlarges || (data.resized && in_words(*data.resized) == in_words(how));
}

}  // namespace fovea
