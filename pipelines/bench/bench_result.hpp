#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/json.hpp"
#include "stages/evaluate/measure_passes.hpp"

namespace fovea {

/// Returns the value below which a share of numbers lies, between the two nearest in proportion, as NumPy's
/// percentile; of at least one number.
double quantile(std::vector<double> numbers, double share);

/// How long passes with batches of one size take, and the memory.
struct BatchSpeed {
  std::int64_t batch_size = 0;
  std::size_t passes = 0;
  double p50_ms = 0, p90_ms = 0, p99_ms = 0;  ///< of a pass
  double images_per_second = 0;               ///< over all passes
  std::int64_t peak_memory = 0;               ///< of its process up to here, in bytes
};
BatchSpeed speed_of(const MeasuredPasses& passes);

/// How far outputs are from others of the same images.
struct OutputDifference {
  double logits = 0;         ///< the largest difference; NaN where one is
  double probabilities = 0;  ///< the same of their softmax
  double equal_classes = 0;  ///< the share of images with the same most probable class
};
/// Compares logits N x K.
OutputDifference difference_of(std::span<const float> logits, std::span<const float> wanted,
                               std::size_t classes);

}  // namespace fovea
