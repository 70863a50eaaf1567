#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// Returns LibTorch's device. For a CUDA device LibTorch's CUDA library is loaded first; nothing links it, so
/// that one program works with and without CUDA, and the CPU does not wait for it. Throws `Error` where it
/// can't be loaded.
at::Device torch_device(const ComputeDevice& device);

/// Starts to count the most memory that tensors take on a GPU at once.
void count_peak_memory(at::Device device);
/// Returns the most bytes that tensors took since then; nothing for a CPU, or with LibTorch before 2.11.
std::optional<std::int64_t> peak_memory(at::Device device);

}  // namespace fovea
