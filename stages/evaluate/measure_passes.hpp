#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/context.hpp"
#include "stages/model/model.hpp"
#include "stages/model/precision.hpp"

namespace fovea {

/// What of a network's passes is measured.
struct MeasureRequest {
  Precision precision = Precision::fp32;
  bool folded = true;                     ///< as `predict` computes; else with normalisations of their own
  std::vector<std::int64_t> batch_sizes;  ///< rising, because memory that was taken once stays with a process
  double seconds = 1;                     ///< of passes with each
};

/// Passes over batches of one size.
struct MeasuredPasses {
  std::int64_t batch_size = 0;
  std::vector<double> seconds;   ///< of each pass
  std::int64_t peak_memory = 0;  ///< the process's largest resident size up to here, in bytes
};

/// What was measured.
struct Measured {
  std::vector<MeasuredPasses> passes;  ///< in the order of the batch sizes
  std::vector<float> logits;           ///< N x K, of all images
};

/// After a tenth of the time and at least two passes, passes are measured until the time is over, and at
/// least so many.
constexpr std::int64_t least_passes = 5;

}  // namespace fovea

/// Measures passes from images in memory (N x H x W x C bytes of the network's size, at least one) to logits,
/// and computes the logits of all. It is a function of the library fovea_torch, which `Libraries::function`
/// finds. Throws `Stopped` when a stop is requested.
extern "C" void fovea_measure_passes(const fovea::Model& model, std::span<const std::uint8_t> pixels,
                                     const fovea::MeasureRequest& request, const fovea::Context& context,
                                     fovea::Measured& measured);
