#pragma once

#include "stages/model/specification.hpp"
#include "stages/model/torch/kernels/fused_norm.hpp"

namespace fovea {

/// `batch_norm` in training of a convolution without bias, N x C x H x W. The batch is cut into parts that
/// fit into a core's own cache, where each is convolved and its moments are summed; the gradient of the
/// convolution's output is computed part by part and never kept whole. `weight` is in fp32, and the
/// convolution is computed in the type of `x`, by Winograd's algorithm (winograd.hpp) where that is faster
/// than oneDNN. Where the weight has a gradient already, the new one is added to it in place. The last digits
/// depend on the number of threads.
///
/// On one core with AVX-512 both passes take 0.6 to 0.9 of the time of the plain layers in fp32 and 0.4 to
/// 0.8 in bf16 where the algorithm is Winograd's. By oneDNN they take 0.4 with an image of one channel, 0.5
/// to 0.95 with one of three, else as much (kernels_bench).
at::Tensor conv_norm(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const Norm& norm,
                     Epilogue epilogue, const at::Tensor& added = {});

}  // namespace fovea
