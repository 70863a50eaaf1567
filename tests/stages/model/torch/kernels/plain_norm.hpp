#pragma once

#include <ATen/core/Tensor.h>

#include "stages/model/torch/kernels/fused_norm.hpp"

namespace plain_layers {

/// A normalisation of so many channels whose weights and biases differ from channel to channel.
fovea::Norm norm(std::int64_t channels, double first_weight, double last_weight, double epsilon);

/// Normalisation and what follows it, by the plain layers of LibTorch.
at::Tensor normalised(const at::Tensor& x, const fovea::Norm& norm, bool training, fovea::Epilogue epilogue,
                      const at::Tensor& added = {});

}  // namespace plain_layers
