#pragma once

#include <ATen/core/Tensor.h>

#include "stages/model/specification.hpp"

// Convolutions by Winograd's algorithm (winograd_loops.hpp) of images in channels-last order, N x C x H x W,
// each on the thread that calls it.

namespace fovea {

/// Whether the algorithm can compute a convolution of `x` and is the fastest way on this CPU.
bool suits_winograd(const Conv& conv, const at::Tensor& x);

/// The transformed filters of a weight of K x C x 3 x 3 in fp32, for images of that type: for what comes out,
/// or for the gradient of what goes in.
at::Tensor winograd_filters(const at::Tensor& weight, at::ScalarType type);
at::Tensor winograd_filters_back(const at::Tensor& weight, at::ScalarType type);

/// Writes the convolution of `x` to `y`; with filters for the way back, the gradient of one from that of the
/// other.
void winograd_convolve(const at::Tensor& x, const at::Tensor& filters, const at::Tensor& y);

/// The gradient of the weight in fp32, K x C x 3 x 3, from that of what comes out.
at::Tensor winograd_weight_gradient(const at::Tensor& x, const at::Tensor& gradient);

}  // namespace fovea
