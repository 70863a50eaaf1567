#pragma once

#include "stages/model/specification.hpp"
#include "stages/model/torch/kernels/fused_norm.hpp"

namespace fovea {

/// Computes `batch_norm` in training of a convolution without bias, N x C x H x W; `weight` is in fp32, the
/// convolution is in the type of `x`. Where Winograd's algorithm suits it (winograd.hpp), the batch is cut
/// into parts that fit into a core's own cache, where each is convolved and its moments are summed; the
/// gradient of the convolution's output is computed part by part and never kept whole. Then a gradient that
/// the weight has already grows in place, and the last digits depend on the number of threads.
///
/// On two cores with AVX-512 both passes then take 0.6 to 0.75 of the time of the plain layers in fp32 (1.0
/// at 256 channels) and 0.35 to 0.75 in bf16 (0.9). By oneDNN's convolutions the cut gained nothing, so those
/// are plain, with `batch_norm` behind them (kernels_bench).
at::Tensor conv_norm(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const Norm& norm,
                     Epilogue epilogue, const at::Tensor& added = {});

}  // namespace fovea
