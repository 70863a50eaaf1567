#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace fovea {

/// Part of a network: its value from one input; `again` is true where it is computed for the second time.
using NetworkPart = std::function<at::Tensor(const at::Tensor& x, bool again)>;

/// The value of a part. On the way back it is computed a second time, so that nothing in it is kept until
/// then but its input (Chen et al., 2016). Gradients of weights are added where weights keep them.
at::Tensor recomputed(const NetworkPart& part, const at::Tensor& x);

}  // namespace fovea
