#pragma once

#include <ATen/core/Tensor.h>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// LibTorch's name of a device. For a CUDA device LibTorch's own library for CUDA is loaded first, which
/// nothing links: so one program serves a LibTorch with CUDA and one without, and who computes on the CPU
/// does not wait for it. Throws `Error` where it can't be loaded.
at::Device torch_device(const ComputeDevice& device);

}  // namespace fovea
