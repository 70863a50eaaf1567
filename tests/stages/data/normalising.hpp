#pragma once

#include "stages/data/preprocessing.hpp"

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

}  // namespace fovea::testing
