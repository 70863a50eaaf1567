#include "stages/model/torch/kernels/norm_pass.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <cmath>

namespace fovea {
namespace {

/// Calls `body` with the type of the fastest loops for the tensor's numbers on this CPU.
template <class Body> auto by_type(const at::Tensor& x, const Body& body) {
  static const bool wide = has_avx512(true);
  if (x.scalar_type() == at::kFloat) return wide ? body(WideFp32{}) : body(Fp32{});
  return wide ? body(WideBf16{}) : body(Bf16{});
}

Statistics empty_statistics(std::size_t channels) {
  return Statistics(at::empty({4, static_cast<std::int64_t>(channels)}, at::kFloat));
}

void set(const Statistics& all, std::size_t i, double mean, double variance, const Norm& norm) {
  all.mean()[i] = static_cast<float>(mean);
  all.inverse()[i] = static_cast<float>(1 / std::sqrt(variance + norm.epsilon));
  all.a()[i] = norm.weight.data_ptr<float>()[i] * all.inverse()[i];
  all.b()[i] = norm.bias.data_ptr<float>()[i] - all.mean()[i] * all.a()[i];
}

/// Joins two parts (Chan, Golub and LeVeque, 1979).
void join(Moments& all, const Moments& part) {
  const auto before = static_cast<double>(all.pixels), more = static_cast<double>(part.pixels);
  all.pixels += part.pixels;
  const auto count = static_cast<double>(all.pixels);
  for (std::size_t i = 0; i < all.mean.size(); ++i) {
    const double apart = part.mean[i] - all.mean[i];
    all.mean[i] += apart * more / count;
    all.squares[i] += part.squares[i] + apart * apart * before * more / count;
  }
}

}  // namespace

Statistics::Statistics(at::Tensor given)
    : rows(std::move(given)), channels(static_cast<std::size_t>(rows.size(1))) {}

Moments moments_of(const at::Tensor& x) {
  return by_type(x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks({.x = x});
    std::vector<float> pivot(blocks.channels());
    for (std::size_t i = 0; i < pivot.size(); ++i) pivot[i] = Type::load(blocks.x()[i]);
    const auto sums = blocks.sum_pixels([&](const auto& part, float* sum, float* square) {
      add_moments<Type>(part, pivot.data(), sum, square);
    });
    const auto count = static_cast<double>(blocks.pixel_count());
    Moments moments{blocks.pixel_count(), sums.first, sums.second};
    for (std::size_t i = 0; i < pivot.size(); ++i) {
      moments.mean[i] = pivot[i] + sums.first[i] / count;
      moments.squares[i] = std::max(0.0, sums.second[i] - sums.first[i] * sums.first[i] / count);
    }
    return moments;
  });
}

Statistics batch_statistics(std::span<const Moments> parts, const Norm& norm) {
  auto joined = parts.front();
  for (const auto& part : parts.subspan(1)) join(joined, part);
  const auto all = empty_statistics(joined.mean.size());
  auto *mean = norm.mean.data_ptr<float>(), *variance = norm.variance.data_ptr<float>();
  const auto count = static_cast<double>(joined.pixels);
  for (std::size_t i = 0; i < joined.mean.size(); ++i) {
    set(all, i, joined.mean[i], joined.squares[i] / count, norm);
    const double unbiased = joined.squares[i] / std::max(1.0, count - 1);
    mean[i] += static_cast<float>(norm.momentum * (joined.mean[i] - mean[i]));
    variance[i] += static_cast<float>(norm.momentum * (unbiased - variance[i]));
  }
  return all;
}

Statistics running_statistics(const Norm& norm) {
  const auto all = empty_statistics(static_cast<std::size_t>(norm.weight.numel()));
  for (std::size_t i = 0; i < all.channels; ++i) {
    set(all, i, norm.mean.data_ptr<float>()[i], norm.variance.data_ptr<float>()[i], norm);
  }
  return all;
}

void write_normalised(const PassTensors& tensors, const Statistics& all) {
  by_type(tensors.x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks(tensors);
    const auto write = [&](const auto& part) { normalise<Type>(part, all.affine()); };
    if (tensors.pooled.defined()) {
      blocks.each_windows(write);
    } else {
      blocks.each_pixels(write);
    }
  });
}

void write_pooled(const PassTensors& tensors) {
  const auto identity = empty_statistics(static_cast<std::size_t>(tensors.x.size(1)));
  std::fill_n(identity.a(), identity.channels, 1.0F);
  std::fill_n(identity.b(), identity.channels, 0.0F);
  write_normalised(tensors, identity);
}

void write_pool_gradients(const PassTensors& tensors) {
  by_type(tensors.x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks(tensors);
    blocks.each_windows([](const auto& part) { spread_gradients<Type>(part); });
  });
}

ChannelSums gradient_sums(const PassTensors& tensors, const Statistics& all) {
  return by_type(tensors.x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks(tensors);
    if (tensors.winner.defined()) {
      return blocks.sum_windows([&](const auto& part, float* sum, float* product) {
        add_gradients<Type>(part, all.mean(), sum, product);
      });
    }
    return blocks.sum_pixels([&](const auto& part, float* sum, float* product) {
      if (tensors.added_gradient.defined()) return add_sum_gradients<Type>(part, all.mean(), sum, product);
      add_gradients<Type>(part, all.affine(), all.mean(), sum, product);
    });
  });
}

NormGradients norm_gradients(const ChannelSums& sums, std::size_t pixels, const Statistics& all) {
  auto weight = at::empty({static_cast<std::int64_t>(all.channels)}, at::kFloat);
  NormGradients gradients{weight, at::empty_like(weight), empty_statistics(all.channels)};
  const auto count = static_cast<double>(pixels);
  for (std::size_t i = 0; i < all.channels; ++i) {
    const double inverse = all.inverse()[i], a = all.a()[i];
    const double slope = -a * inverse * inverse * sums.second[i] / count;
    gradients.weight.data_ptr<float>()[i] = static_cast<float>(sums.second[i] * inverse);
    gradients.bias.data_ptr<float>()[i] = static_cast<float>(sums.first[i]);
    gradients.rest.a()[i] = static_cast<float>(slope);
    gradients.rest.b()[i] = static_cast<float>(-a * sums.first[i] / count - slope * all.mean()[i]);
  }
  return gradients;
}

void write_gradients(PassTensors tensors, const Statistics& all, const Statistics& rest) {
  if (tensors.added_gradient.defined()) tensors.gradient = tensors.added_gradient;
  by_type(tensors.x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks(tensors);
    if (tensors.winner.defined()) {
      blocks.each_windows([&](const auto& part) { spread_gradients<Type>(part, all.a(), rest.affine()); });
      blocks.each_rim([&](const auto& part) { normalise<Type>(part, rest.affine()); });
    } else {
      blocks.each_pixels(
          [&](const auto& part) { spread_gradients<Type>(part, all.affine(), rest.affine()); });
    }
  });
}

bool is_channels_last(const at::Tensor& x) {
  return x.dim() == 4 && x.device().is_cpu() && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

at::Tensor empty_channels_last(at::IntArrayRef sizes, at::ScalarType type) {
  return at::empty(sizes, at::TensorOptions(type).memory_format(at::MemoryFormat::ChannelsLast));
}

std::vector<std::int64_t> sizes_after(at::IntArrayRef sizes, Epilogue epilogue) {
  auto after = sizes.vec();
  if (epilogue == Epilogue::relu_and_pool) {
    after[2] /= 2;
    after[3] /= 2;
  }
  return after;
}

}  // namespace fovea
