#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace fovea {

/// `max_pool2d(relu(x), 2, 2)` in one pass over N x C x H x W, with the same values and gradients. Of each
/// window it remembers one byte: who won. Tensors that are not channels-last in fp32 or bf16 go through the
/// plain layers.
at::Tensor relu_max_pool(const at::Tensor& x);

/// Sets values to zero with probability `rate`, to 16 bits, and divides the others by 1 - `rate`. What is
/// dropped is a function of (seed, pass, layer, position) alone.
at::Tensor dropout(const at::Tensor& x, double rate, std::uint64_t seed, std::uint64_t pass,
                   std::uint32_t layer);

/// What `dropout` with the same arguments keeps of values in row-major order: 1, and 0 for what it sets to
/// zero.
void draw_kept(std::span<std::uint8_t> kept, double rate, std::uint64_t seed, std::uint64_t pass,
               std::uint32_t layer);

}  // namespace fovea
