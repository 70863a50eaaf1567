#pragma once

#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// The value that a layer takes or gives, for one batch.
struct BatchValue {
  Extent extent;
  std::int64_t images = 0;
  std::int64_t number_bytes = 4;  ///< of one of its numbers
  bool asks = false;              ///< whether it gets a gradient
  std::int64_t numbers() const { return images * product(extent); }
  std::int64_t bytes() const { return numbers() * number_bytes; }
};

/// The memory of one layer's passes over a batch, in bytes, beside its inputs and their gradients.
struct LayerMemory {
  std::int64_t number_bytes = 4;  ///< of one number of its value
  bool shares_input = false;      ///< its value lies in the memory of its first input
  std::size_t keeps_inputs = 0;   ///< how many of its first inputs it keeps for the gradient
  bool keeps_output = false;      ///< keeps its value for the gradient
  std::int64_t keeps = 0;         ///< what else it keeps for the gradient
  std::int64_t forward = 0;       ///< what the forward pass takes for itself, at most
  std::int64_t backward = 0;      ///< what the backward pass takes for itself, at most
  bool passes_gradient = false;   ///< the gradients of its inputs lie in the memory of its own
};

/// What a pass computes with.
struct ComputeType {
  std::int64_t number_bytes = 4;  ///< of the precision
  std::int64_t threads = 1;
  bool fused = true;    ///< whether Fovea's own passes compute fusion groups, which they do on the CPU
  bool folded = false;  ///< whether normalisations behind convolutions are part of their weights
};

/// Returns what LibTorch and Fovea's own passes keep and take for a layer alone.
LayerMemory layer_memory(const LayerKind& kind, const std::vector<BatchValue>& inputs, const LayerInfo& info,
                         const ComputeType& type);

/// Whether the fused passes compute a convolution and the normalisation behind it by Winograd's algorithm.
bool suits_winograd(const Conv& conv, const Extent& in);

}  // namespace fovea
