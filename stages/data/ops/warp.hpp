#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

/// Converts an image to normalised floats in one pass over its pixels: warp and normalise.
class PixelPass {
 public:
  /// `mean` and `std` are per channel, of bytes times `scale`; a deviation of 0 counts as 1.
  PixelPass(ImageSize size, const std::vector<double>& mean, const std::vector<double>& std,
            Fill fill = Fill::mean, double scale = 1.0 / 255);

  /// Writes the warped and normalised image as H x W x C floats. The mean colour, where that is the fill, is
  /// rounded to a byte, so it becomes nearly 0. Interpolation is bilinear, or by the nearest pixel.
  void operator()(const std::uint8_t* image, const Warp& warp, bool nearest, float* out) const;
  /// Writes the warped image as H x W x C bytes.
  void warped(const std::uint8_t* image, const Warp& warp, bool nearest, std::uint8_t* out) const;
  /// Writes the normalised image.
  void normalised(const std::uint8_t* image, float* out) const;
  /// Sets a rectangle of the floats to exactly 0.
  void erase(const Box& box, float* out) const;

  const ImageSize& size() const { return size_; }

  /// Constants repeat every 48 values, a multiple of the channels and of every vector width.
  static constexpr std::size_t period = 48;

 private:
  ImageSize size_;
  Fill fill_mode_;
  std::array<std::uint8_t, 3> fill_{};
  std::array<float, period> scale_{};
  std::array<float, period> offset_{};
};

}  // namespace fovea
