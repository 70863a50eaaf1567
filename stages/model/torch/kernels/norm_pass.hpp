#pragma once

#include <span>

#include "stages/model/torch/kernels/fused_norm.hpp"
#include "stages/model/torch/kernels/norm_blocks.hpp"

namespace fovea {

/// Mean and inverse deviation of each channel, and the line y = a x + b that normalises it: four rows of one
/// tensor.
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

/// What is known of each channel of some images: their mean, and the sum of squares around it.
struct Moments {
  std::size_t pixels = 0;
  std::vector<double> mean, squares;
};

/// Of images N x C x H x W in channels-last order, in fp32 or bf16.
Moments moments_of(const at::Tensor& x);

/// Of the images of all parts together, which moves the running ones towards them.
Statistics batch_statistics(std::span<const Moments> parts, const Norm& norm);
Statistics running_statistics(const Norm& norm);

/// Writes what comes out of `tensors.x` to `tensors.out`, or to `tensors.pooled` and `tensors.winner`.
void write_normalised(const PassTensors& tensors, const Statistics& all);

/// The gradients of a x + b, and their products with x - mean, each added up. Writes the gradient of what was
/// added where that is among the tensors.
ChannelSums gradient_sums(const PassTensors& tensors, const Statistics& all);

/// What the sums over a whole batch of so many pixels tell: gradients of weight and bias, and the line of x
/// that is part of its gradient.
struct NormGradients {
  at::Tensor weight, bias;
  Statistics rest;
};
NormGradients norm_gradients(const ChannelSums& sums, std::size_t pixels, const Statistics& all);

/// Writes the gradient of x to `tensors.out`.
void write_gradients(PassTensors tensors, const Statistics& all, const Statistics& rest);

/// Whether these passes can work on it: images in channels-last order on the CPU, in fp32 or bf16.
bool is_channels_last(const at::Tensor& x);
at::Tensor empty_channels_last(at::IntArrayRef sizes, at::ScalarType type);
/// Of what comes out of images of these sizes.
std::vector<std::int64_t> sizes_after(at::IntArrayRef sizes, Epilogue epilogue);

}  // namespace fovea
