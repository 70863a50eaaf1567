#pragma once

#include <cassert>
#include <optional>

#include "runtime/random.hpp"
#include "stages/data/preprocessing.hpp"

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
template <class T, std::size_t Most> class InlineVector {
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

/// What the ops of a policy have drawn for one sample. It is carried out in this order, whatever that of the
/// ops: crop, warp, colours, erasing.
struct Drawn {
  ImageSize size;                 ///< in which the image is seen
  ImageSize taken;                ///< in which it was taken; the same where it is kept as pixels
  std::optional<Placement> crop;  ///< where the image is shown as it was taken, where that is another size
  Warp warp;
  bool nearest = false;  ///< whether a warp takes the nearest pixel in place of bilinear interpolation
  InlineVector<ColourStep, 32> colours;
  InlineVector<Box, 8> erased;

  /// Adds a geometric step about the centre of the image.
  void about_centre(const Warp& step);
};

}  // namespace fovea
