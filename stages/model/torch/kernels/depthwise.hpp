#pragma once

#include "stages/model/specification.hpp"
#include "stages/model/torch/kernels/fused_norm.hpp"

namespace fovea {

/// Computes a convolution of `x`, N x C x H x W, in its type; `weight` and `bias`, where there is one, are in
/// fp32. LibTorch computes it, but for the gradient of the weight where each channel has a filter of its own
/// of 5 x 5 or 7 x 7 and `x` is channels-last on the CPU in fp32 or bf16: oneDNN pads each such channel to
/// 16, so that loops of our own sum that gradient, in fp32 and with the same bytes for any number of threads.
/// On two cores with AVX-512 both passes take 0.3 to 0.6 of the time of LibTorch's in fp32 and 0.1 to 0.3 in
/// bf16 (kernels_bench).
at::Tensor convolve(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace fovea
