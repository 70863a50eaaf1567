#pragma once

#include "stages/data/ops/warp.hpp"

namespace fovea {

/// A part of an image, in pixels from its upper left corner; its sides need not be whole.
struct Region {
  double x = 0, y = 0, width = 0, height = 0;
};

/// Resizes images; keeps its memory from one to the next. For one thread.
class Resampler {
 public:
  /// Shows `part` of an image (H x W x C bytes of `size`) in `height` x `width` pixels, written to `out`. The
  /// filter is bilinear, and as wide as the step where the image becomes smaller, as in Pillow's
  /// `Image.resize(..., BILINEAR, box)`, whose values it has to within 1.
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
