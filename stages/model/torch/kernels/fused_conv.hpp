#pragma once

#include "stages/model/specification.hpp"
#include "stages/model/torch/kernels/fused_norm.hpp"

namespace fovea {

/// `batch_norm` in training of a convolution without bias, N x C x H x W. The batch is cut into parts that
/// fit into a core's own cache: each is convolved and looked at there, and so is its gradient on the way
/// back, which is never kept whole. `weight` is in fp32, and the convolution is computed in the type of `x`,
/// by Winograd's algorithm (winograd.hpp) where that is faster than oneDNN;
/// where the weight has a gradient already, the new one is added to it in place. The last digits depend on
/// the number of threads.
at::Tensor conv_norm(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const Norm& norm,
                     Epilogue epilogue, const at::Tensor& added = {});

}  // namespace fovea
