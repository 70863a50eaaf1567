#pragma once

#include <cstddef>
#include <cstdint>

// The loops of a 3 x 3 convolution with stride and padding 1 by Winograd's minimal filtering, F(2 x 2, 3 x 3)
// of Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016): for each tile of 2 x 2
// pixels that come out, 16 multiplications a pair of channels where the sum itself has 36. Each runs on one
// thread, and there is one for fp32 (`float`) and one for bf16 (`std::uint16_t`), which multiplies in bf16
// and adds in fp32.

namespace fovea {

/// Images in channels-last order, whose numbers of channels are multiples of 16.
struct WinogradShape {
  std::size_t images = 0, height = 0, width = 0;
  std::size_t channels_in = 0, channels_out = 0;
};

/// How many floats the loops need to work with, best at a multiple of 64 bytes.
std::size_t winograd_scratch(const WinogradShape& shape);

/// Transforms `weights`, channels_out x channels_in x 3 x 3, to 16 * channels_in * channels_out numbers, in
/// the order in which `winograd_convolve` reads them.
void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out,
                      float* filters);
void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out,
                      std::uint16_t* filters);
/// The same for the gradient of the input, with channels_in and channels_out exchanged.
void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,
                           float* filters);
void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,
                           std::uint16_t* filters);

/// Writes the convolution of `x` to `y`.
void winograd_convolve(const float* x, const WinogradShape& shape, const float* filters, float* y,
                       float* scratch);
void winograd_convolve(const std::uint16_t* x, const WinogradShape& shape, const std::uint16_t* filters,
                       std::uint16_t* y, float* scratch);

/// Adds the gradients of the transformed filters to `sums`, 16 x channels_in / 16 x channels_out / 16 blocks
/// of 16 channels in x 16 out.
void winograd_add_gradients(const float* x, const float* gradient, const WinogradShape& shape, float* sums,
                            float* scratch);
void winograd_add_gradients(const std::uint16_t* x, const std::uint16_t* gradient, const WinogradShape& shape,
                            float* sums, float* scratch);
/// Turns such sums into gradients of the weights, channels_out x channels_in x 3 x 3.
void winograd_weight_gradients(const float* sums, std::size_t channels_in, std::size_t channels_out,
                               float* gradients);

}  // namespace fovea
