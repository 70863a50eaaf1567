#pragma once

#include "stages/model/layer_memory.hpp"

namespace fovea {

/// The memory of a forward and a backward pass over one batch, in bytes, beside the images, the weights and
/// the sums of their gradients.
struct PassMemory {
  std::int64_t kept = 0;  ///< between both passes, for the gradients
  std::int64_t peak = 0;  ///< at most
};

/// Walks through the steps of a network as it computes them, with the life of each value and gradient. With
/// `recompute`, most of the forward pass is computed a second time.
PassMemory pass_memory(const Specification& specification, std::int64_t images, const ComputeType& type,
                       bool recompute);

/// Returns the most bytes at once of a forward pass without gradients, beside the images and the weights.
std::int64_t forward_memory(const Specification& specification, std::int64_t images, const ComputeType& type);

}  // namespace fovea
