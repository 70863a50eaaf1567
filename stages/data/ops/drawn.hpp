#pragma once

#include <cassert>
#include <optional>

#include "runtime/random.hpp"
#include "stages/data/images/resample.hpp"

namespace fovea {

/// One change of an image's colours; colours.cpp has the formula of each.
struct ColourStep {
  enum class What : std::uint8_t {
    brightness,
    contrast,
    saturation,
    hue,
    grayscale,
    blur,
    noise,
    posterize,
    solarize,
    invert,
    equalize,
    autocontrast,
    sharpness
  };
  What what;
  float amount = 0;  ///< a factor, a share, a standard deviation or a number of bits, by kind
  std::array<std::uint32_t, 2> key{};  ///< of random numbers per value
};

/// A list of at most `Most` items without heap memory.
template <class T, std::size_t Most>
class InlineVector {
 public:
  static constexpr std::size_t most = Most;
  void add(const T& one) {
    assert(count_ < Most);
    all_[count_++] = one;
  }
  std::span<const T> all() const { return {all_.data(), count_}; }

 private:
  std::array<T, Most> all_{};
  std::size_t count_ = 0;
};

/// Returns the largest central region of an image with the aspect ratio of `size`.
Region central_part(const ImageSize& taken, const ImageSize& size);

/// The random choices of a policy for one sample. They are applied in this order, whatever the order of the
/// ops: crop, warp, colours, erasing.
struct Drawn {
  ImageSize size;              ///< in which the image is seen
  ImageSize taken;             ///< original size; the same as `size` where pixels are kept
  std::optional<Region> crop;  ///< region of the original image that is seen, where that is of another size
  Warp warp;
  bool nearest = false;  ///< whether a warp takes the nearest pixel in place of bilinear interpolation
  InlineVector<ColourStep, 32> colours;
  InlineVector<Box, 8> erased;

  /// Adds a geometric step about the centre of the image.
  void about_centre(const Warp& step);
};

}  // namespace fovea
