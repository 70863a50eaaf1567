#pragma once

#include <cstddef>
#include <cstdint>

// The loops of the weight gradient of a depthwise convolution over values in channels-last order, for fp32
// (`float`) and bf16 (`std::uint16_t`); both add up in fp32.

namespace fovea {

/// One image of a depthwise convolution: a filter of kernel x kernel weights for each channel.
struct DepthwiseShape {
  std::size_t channels = 0;
  std::size_t height = 0, width = 0;          ///< of what goes in
  std::size_t height_out = 0, width_out = 0;  ///< of what comes out
  std::size_t kernel = 0, stride = 0, padding = 0;
};

/// Channels that are computed at once.
constexpr std::size_t depthwise_lanes = 16;

/// The floats that `add_depthwise_gradient` needs to work with.
std::size_t depthwise_scratch(const DepthwiseShape& shape);

/// Adds the gradients of the weights of the channels from `channel` on, at most 16, to `sums`, kernel x
/// kernel x 16 floats. `x` and `gradient` are an image that went in and the gradient of what came out.
void add_depthwise_gradient(const float* x, const float* gradient, const DepthwiseShape& shape,
                            std::size_t channel, float* sums, float* scratch);
void add_depthwise_gradient(const std::uint16_t* x, const std::uint16_t* gradient,
                            const DepthwiseShape& shape, std::size_t channel, float* sums, float* scratch);

}  // namespace fovea
