#pragma once

#include <ATen/core/Tensor.h>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// Returns LibTorch's device. For a CUDA device LibTorch's CUDA library is loaded first; nothing links it, so
/// that one program works with and without CUDA, and the CPU does not wait for it. Throws `Error` where it
/// can't be loaded.
at::Device torch_device(const ComputeDevice& device);

}  // namespace fovea
