#pragma once

#include "stages/data/ops/normalisation.hpp"

namespace fovea::testing {

/// A preprocessing of images of this size with these statistics, and all else as it is by itself.
inline Preprocessing normalising(const ImageSize& size, std::vector<double> mean, std::vector<double> std) {
  Preprocessing how;
  how.size = size;
  how.fill.resize(size.channels);
  how.mean = std::move(mean);
  how.std = std::move(std);
  return how;
}

/// The values of a network's input that these bytes of images become.
inline std::vector<float> normalised(const std::vector<std::uint8_t>& bytes, const Preprocessing& how) {
  std::vector<float> values(bytes.size());
  Normalisation{how}(bytes.data(), bytes.size(), values.data());
  return values;
}

}  // namespace fovea::testing
