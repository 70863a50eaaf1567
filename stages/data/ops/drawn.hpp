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
  float amount = 0;  ///< a factor, a share, a deviation or a number of bits, as its kind wants
  std::array<std::uint32_t, 2> key{};  ///< of random numbers per value
};

/// A few things of one kind that are collected without taking memory.
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

/// The largest part in the middle of an image that is as wide for its height as `size`.
Region central_part(const ImageSize& taken, const ImageSize& size);

/// What the ops of a policy have drawn for one sample. It is carried out in this order, whatever that of the
/// ops: crop, warp, colours, erasing.
struct Drawn {
  ImageSize size;              ///< in which the image is seen
  ImageSize taken;             ///< in which it was taken; the same where it is kept as pixels
  std::optional<Region> crop;  ///< what is seen of the image as it was taken, where that is another size
  Warp warp;
  bool nearest = false;  ///< whether a warp takes the nearest pixel and does not mix four
  InlineVector<ColourStep, 32> colours;
  InlineVector<Box, 8> erased;

  /// Adds one more geometric step, which is about the centre of the image.
  void about_centre(const Warp& step);
};

}  // namespace fovea
