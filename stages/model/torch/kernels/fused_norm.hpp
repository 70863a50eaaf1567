#pragma once

#include <ATen/core/Tensor.h>

namespace fovea {

/// The weights and running statistics of a batch normalisation, one fp32 number a channel each.
struct Norm {
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor mean;      ///< running
  at::Tensor variance;  ///< running
  double momentum = 0.1;
  double epsilon = 1e-5;
};

/// What follows a normalisation in the same pass.
enum class Epilogue { nothing, relu, relu_and_pool, add_and_relu };

/// Batch normalisation of N x C x H x W and what follows it, in two passes over the values; the way back
/// takes two as well. `added` is of the shape of `x` where something is added. Training normalises by the
/// batch and moves the running statistics, as PyTorch does; else they normalise. Sums are the same for any
/// number of threads. Tensors that are not channels-last in fp32 or bf16 go through the plain layers.
at::Tensor batch_norm(const at::Tensor& x, const Norm& norm, bool training, Epilogue epilogue,
                      const at::Tensor& added = {});

}  // namespace fovea
