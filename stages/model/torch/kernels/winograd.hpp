#pragma once

#include <ATen/core/Tensor.h>

#include "stages/model/specification.hpp"

// Convolutions by Winograd's algorithm (winograd_loops.hpp) of images N x C x H x W in channels-last order.
// Each runs on the thread that calls it. With AVX-512 they take 0.55 to 0.85 of the time of oneDNN's
// convolutions, forward and backward alike, in fp32 and in bf16; from 16 to 16 channels 0.85 to 1.05
// (kernels_bench, one core).

namespace fovea {

/// Whether this CPU computes the convolution of `x` by the algorithm, and faster than oneDNN.
bool suits_winograd(const Conv& conv, const at::Tensor& x);

/// The transformed filters of a weight of K x C x 3 x 3 in fp32, for images of that type. The first are for
/// the convolution, the second for the gradient of its input.
at::Tensor winograd_filters(const at::Tensor& weight, at::ScalarType type);
at::Tensor winograd_filters_back(const at::Tensor& weight, at::ScalarType type);

/// Writes the convolution of `x` to `y`. With `winograd_filters_back`, `x` is the gradient of the output and
/// `y` becomes that of the input.
void winograd_convolve(const at::Tensor& x, const at::Tensor& filters, const at::Tensor& y);

/// The gradient of the weight in fp32, K x C x 3 x 3. `gradient` is that of the output.
at::Tensor winograd_weight_gradient(const at::Tensor& x, const at::Tensor& gradient);

}  // namespace fovea
