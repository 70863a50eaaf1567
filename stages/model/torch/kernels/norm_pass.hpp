#pragma once

#include <span>

#include "stages/model/torch/kernels/fused_norm.hpp"
#include "stages/model/torch/kernels/norm_blocks.hpp"

namespace fovea {

/// Mean and inverse standard deviation of each channel, and the affine function y = a x + b that normalises
/// it: four rows of one tensor.
struct Statistics {
  at::Tensor rows;
  std::size_t channels = 0;
  explicit Statistics(at::Tensor given);
  float* mean() const { return rows.data_ptr<float>(); }
  float* inverse() const { return mean() + channels; }
  float* a() const { return mean() + 2 * channels; }
  float* b() const { return mean() + 3 * channels; }
  Affine affine() const { return {a(), b()}; }
};

/// Mean of each channel of some images, and the sum of squared distances from it.
struct Moments {
  std::size_t pixels = 0;
  std::vector<double> mean, squares;
};

/// The moments of images N x C x H x W in channels-last order, in fp32 or bf16.
Moments moments_of(const at::Tensor& x);

/// The statistics of the images of all parts together. The running statistics of `norm` move towards them.
Statistics batch_statistics(std::span<const Moments> parts, const Norm& norm);
/// The running statistics of `norm`, for inference.
Statistics running_statistics(const Norm& norm);

/// Normalises `tensors.x`. The output goes to `tensors.out`, or to `tensors.pooled` and `tensors.winner`.
void write_normalised(const PassTensors& tensors, const Statistics& all);

/// Writes max pooling of the ReLU of `tensors.x` to `tensors.pooled` and `tensors.winner`.
void write_pooled(const PassTensors& tensors);

/// Writes the gradient of the input of `write_pooled` to `tensors.out`. An odd last row or column is in no
/// window and is not written.
void write_pool_gradients(const PassTensors& tensors);

/// Sums over all pixels of the gradient of a x + b, and of its product with x - mean.
/// `tensors.added_gradient` is written where it is defined.
ChannelSums gradient_sums(const PassTensors& tensors, const Statistics& all);

/// Gradients of weight and bias, and the function of x by which mean and variance add to the gradient of x.
struct NormGradients {
  at::Tensor weight, bias;
  Statistics rest;
};
/// The same from the sums over a whole batch of so many pixels.
NormGradients norm_gradients(const ChannelSums& sums, std::size_t pixels, const Statistics& all);

/// Writes the gradient of x to `tensors.out`.
void write_gradients(PassTensors tensors, const Statistics& all, const Statistics& rest);

/// Whether these passes can compute `x`: images in channels-last order on the CPU, in fp32 or bf16.
bool is_channels_last(const at::Tensor& x);
at::Tensor empty_channels_last(at::IntArrayRef sizes, at::ScalarType type);
/// The sizes of the output for images of these sizes.
std::vector<std::int64_t> sizes_after(at::IntArrayRef sizes, Epilogue epilogue);

}  // namespace fovea
