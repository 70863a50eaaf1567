#pragma once

#include <cstdint>
#include <vector>

#include "stages/data/ops/warp.hpp"

namespace fovea {

/// A region of an image, in pixels from its upper left corner; its sides may be fractions.
struct Region {
  double x = 0, y = 0, width = 0, height = 0;
};

/// How values between pixels are found; bicubic is that of Pillow, with a = -0.5.
enum class Interpolation : std::uint8_t { nearest, bilinear, bicubic };

/// How an image is resampled. With antialiasing, a filter is as wide as the step where the image becomes
/// smaller, so that every pixel counts; the nearest pixel is one pixel either way.
struct Filter {
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;

  /// How far from its centre a pixel counts, in pixels of the image, where the step between output pixels is
  /// `step`.
  double reach(double step) const;
  bool operator==(const Filter&) const = default;
};

/// Resizes images; keeps its memory from one to the next. For one thread.
class Resampler {
 public:
  /// Shows `part` of an image (H x W x C bytes of `size`) in `height` x `width` pixels, written to `out`.
  /// With antialiasing, bilinear values are those of Pillow's `Image.resize(..., box)` to within 1; bicubic
  /// ones differ by a few more where Pillow clips between its passes, and the nearest pixel may be the other
  /// one where two are equally near.
  void operator()(const std::uint8_t* image, ImageSize size, const Region& part, std::size_t height,
                  std::size_t width, std::uint8_t* out, const Filter& filter = {});

 private:
  struct Axis {
    std::vector<std::uint32_t> first;
    std::vector<std::int32_t> weights;
    std::size_t taps = 0;
  };
  static void plan(Axis& axis, const Filter& filter, std::size_t from, double begin, double length,
                   std::size_t to);
  Axis across_, down_;
  std::vector<std::int32_t> row_;
};

}  // namespace fovea
