#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "stages/model/precision.hpp"
#include "stages/model/specification.hpp"
#include "stages/model/torch/kernels/fused_norm.hpp"

namespace fovea {

/// Options of a forward pass.
struct Pass {
  bool training = false;  ///< normalise by the batch, apply dropout and record for gradients
  Precision precision = Precision::fp32;
  std::uint64_t seed = 0;    ///< of the dropout masks
  std::uint64_t number = 0;  ///< of the pass; each pass has other dropout masks
  bool recompute = false;    ///< recompute most values in the backward pass in place of keeping them
  bool again = false;        ///< whether this is the recomputation, which does not update running statistics
  /// Dropout masks, one per dropout layer: a byte per value, 1 for kept ones. Where null, they are drawn by
  /// `seed` and `number`.
  const std::vector<at::Tensor>* kept = nullptr;
};

at::ScalarType type_of(Precision precision);

/// A fusion group that is ready to compute: one layer and its epilogue.
struct Step {
  std::size_t output = 0;  ///< the layer whose value it computes
  LayerKind kind;
  std::optional<BatchNorm> norm;  ///< the normalisation after a convolution
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> weights;   ///< numbers of the network's weights, in the order of
                                      ///< `LayerInfo::weights`, those of `norm` last
  std::vector<std::size_t> last_use;  ///< values that no later step needs
  Epilogue epilogue = Epilogue::nothing;
  std::size_t dropout = 0;   ///< its number among the dropout layers
  bool frozen = false;       ///< whether no weight that its value depends on learns
  bool norm_frozen = false;  ///< whether the running statistics of its normalisation stay
};

class BoundModule;

/// What a step computes from: the values of all layers before, and the network's weights.
struct StepInputs {
  const std::vector<at::Tensor>& values;
  const std::vector<at::Tensor>& weights;
  bool counts_together = false;  ///< whether batches are counted for all normalisations at once
  BoundModule* own = nullptr;    ///< the module that the network is, if it is one of one's own
};

/// Returns the value of a step: images N x C x H x W in channels-last order, tokens N x T x C, or N x F.
at::Tensor computed(const Step& step, const StepInputs& inputs, const Pass& pass);

}  // namespace fovea
