#pragma once

#include "stages/data/ops/drawn.hpp"

namespace fovea {

/// Changes the colours of images; reuses its memory. Not thread-safe.
class Colours {
 public:
  /// Applies the steps to H x W x C bytes in place.
  void operator()(std::span<const ColourStep> steps, std::uint8_t* image, const ImageSize& size);

 private:
  void carry_out(const ColourStep& step, std::uint8_t* image, const ImageSize& size);
  void sharpen(float factor, std::uint8_t* image, const ImageSize& size);
  void blur(float sigma, std::uint8_t* image, const ImageSize& size);

  std::vector<std::uint8_t> bytes_;
  std::vector<float> floats_;
  std::vector<float> weights_;
};

}  // namespace fovea
