#pragma once

#include "stages/data/ops/warp.hpp"

namespace fovea {

/// A region of an image, in pixels from its upper left corner; its sides may be fractions.
struct Region {
  double x = 0, y = 0, width = 0, height = 0;
};

/// Resizes images; reuses its memory. Not thread-safe.
class Resampler {
 public:
  /// Resizes the region `part` of an image (H x W x C bytes of `size`) to `height` x `width` pixels in `out`.
  /// The filter is bilinear, and as wide as the step where the image becomes smaller, as in Pillow's
  /// `Image.resize(..., BILINEAR, box)`, whose values it equals to within 1.
  void operator()(const std::uint8_t* image, ImageSize size, const Region& part, std::size_t height,
                  std::size_t width, std::uint8_t* out);

 private:
  struct Axis {
    std::vector<std::uint32_t> first;
    std::vector<std::int32_t> weights;
    std::size_t taps = 0;
  };
  static void plan(Axis& axis, std::size_t from, double begin, double length, std::size_t to);
  Axis across_, down_;
  std::vector<std::int32_t> row_;
};

}  // namespace fovea
