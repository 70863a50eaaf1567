#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace fovea {

/// A section of a network as a function of one input; `again` tells the recomputation from the first time.
using NetworkPart = std::function<at::Tensor(const at::Tensor& x, bool again)>;

/// Returns the value of a part, with activation checkpointing (Chen et al., 2016): only its input is kept,
/// and the backward pass computes it a second time. Gradients are accumulated in the weights.
at::Tensor recomputed(const NetworkPart& part, const at::Tensor& x);

}  // namespace fovea
