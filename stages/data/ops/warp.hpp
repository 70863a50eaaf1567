#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fovea {

/// The extent of an image in pixels; channels are 1 or 3.
struct ImageSize {
  std::size_t height = 0, width = 0, channels = 0;
  std::size_t values() const { return height * width * channels; }
  bool operator==(const ImageSize&) const = default;
};

/// The affine map from each output pixel (x, y) to its place in the input: (a x + b y + c, d x + e y + f), in
/// pixels from the centre of the first one. It begins as the identity; `then` appends a step.
struct Warp {
  float a = 1, b = 0, c = 0;
  float d = 0, e = 1, f = 0;

  /// Returns this warp followed by `next`.
  [[nodiscard]] Warp then(const Warp& next) const;
  /// Returns whether every output pixel shows exactly one input pixel, or none: flips and whole shifts.
  bool keeps_pixels() const;
};

/// The content outside of an image: the data's mean colour, black, the nearest pixel at the border, or the
/// image mirrored at its border without repeating the border's pixels.
enum class Fill : std::uint8_t { mean, black, edge, reflect };

/// A rectangle of pixels.
struct Box {
  std::size_t x = 0, y = 0, width = 0, height = 0;
};

/// Moves and erases the pixels of images.
class PixelPass {
 public:
  /// The fill colour is the mean colour, or black where the fill is black.
  PixelPass(ImageSize size, const std::array<std::uint8_t, 3>& mean_colour, Fill fill = Fill::mean);

  /// Writes the warped image as H x W x C bytes. Interpolation is bilinear, rounded to the nearest byte, or
  /// by the nearest pixel.
  void warp(const std::uint8_t* image, const Warp& warp, bool nearest, std::uint8_t* out) const;
  /// Fills a rectangle of H x W x C bytes with the fill colour.
  void erase(const Box& box, std::uint8_t* image) const;

  const ImageSize& size() const { return size_; }

 private:
  ImageSize size_;
  Fill fill_mode_;
  std::array<std::uint8_t, 3> colour_{};
};

}  // namespace fovea
