#include "stages/model/fused_norm.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "stages/model/norm_blocks.hpp"
#include "stages/model/vector_loops.hpp"

namespace fovea {
namespace {

/// Mean and inverse deviation of each channel, and the line y = a x + b that normalises it: four rows of one
/// tensor.
struct Statistics {
  at::Tensor rows;
  std::size_t channels = 0;
  explicit Statistics(at::Tensor given)
      : rows(std::move(given)), channels(static_cast<std::size_t>(rows.size(1))) {}
  float* mean() const { return rows.data_ptr<float>(); }
  float* inverse() const { return mean() + channels; }
  float* a() const { return mean() + 2 * channels; }
  float* b() const { return mean() + 3 * channels; }
  Line line() const { return {a(), b()}; }

  void set(std::size_t i, double the_mean, double variance, const Norm& norm) const {
    mean()[i] = static_cast<float>(the_mean);
    inverse()[i] = static_cast<float>(1 / std::sqrt(variance + norm.epsilon));
    a()[i] = norm.factor.data_ptr<float>()[i] * inverse()[i];
    b()[i] = norm.offset.data_ptr<float>()[i] - mean()[i] * a()[i];
  }
};

Statistics empty_statistics(const Norm& norm) {
  return Statistics(at::empty({4, norm.factor.numel()}, at::kFloat));
}

/// Calls `body` with the type that the tensor's numbers are kept as.
template <class Body>
auto by_type(const at::Tensor& x, const Body& body) {
  return x.scalar_type() == at::kFloat ? body(Fp32{}) : body(Bf16{});
}

/// The statistics of a batch, from sums relative to its first pixel; moves the running ones towards them.
Statistics of_batch(const at::Tensor& x, const Norm& norm) {
  return by_type(x, [&]<class Type>(Type) {
    const NormBlocks<typename Type::Value> blocks({.x = x});
    std::vector<float> pivot(blocks.channels());
    for (std::size_t i = 0; i < pivot.size(); ++i) pivot[i] = Type::load(blocks.x()[i]);
    const auto sums = blocks.sum_pixels(
        [&](const auto& part, float* sum, float* square) { add_moments(part, pivot.data(), sum, square); });
    auto *mean = norm.mean.data_ptr<float>(), *variance = norm.variance.data_ptr<float>();
    const auto count = static_cast<double>(blocks.pixel_count());
    const auto all = empty_statistics(norm);
    for (std::size_t i = 0; i < pivot.size(); ++i) {
      const double shift = sums.first[i] / count;
      const double spread = std::max(0.0, sums.second[i] / count - shift * shift);
      all.set(i, pivot[i] + shift, spread, norm);
      const double unbiased = spread * count / std::max(1.0, count - 1);
      mean[i] += static_cast<float>(norm.momentum * (pivot[i] + shift - mean[i]));
      variance[i] += static_cast<float>(norm.momentum * (unbiased - variance[i]));
    }
    return all;
  });
}

Statistics of_running(const Norm& norm) {
  const auto all = empty_statistics(norm);
  for (std::size_t i = 0; i < all.channels; ++i) {
    all.set(i, norm.mean.data_ptr<float>()[i], norm.variance.data_ptr<float>()[i], norm);
  }
  return all;
}

at::Tensor empty_channels_last(at::IntArrayRef sizes, at::ScalarType type) {
  return at::empty(sizes, at::TensorOptions(type).memory_format(at::MemoryFormat::ChannelsLast));
}

/// What comes out; where it is pooled, `winner` is set as well.
at::Tensor normalised(const at::Tensor& x, const at::Tensor& added, const Statistics& all, Then then,
                      at::Tensor& winner) {
  return by_type(x, [&]<class Type>(Type) {
    using Value = typename Type::Value;
    if (then == Then::relu_and_pool) {
      const std::vector<std::int64_t> sizes{x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2};
      auto pooled = empty_channels_last(sizes, x.scalar_type());
      winner = empty_channels_last(sizes, at::kByte);
      const NormBlocks<Value> blocks({.x = x, .pooled = pooled, .winner = winner});
      blocks.each_windows([&](const auto& part) { normalise(part, all.line()); });
      return pooled;
    }
    auto out = at::empty_like(x);
    const NormBlocks<Value> blocks({.x = x, .added = added, .out = out, .relu = then != Then::nothing});
    blocks.each_pixels([&](const auto& part) { normalise(part, all.line()); });
    return out;
  });
}

/// The sums of the gradients of a x + b, and of their products with x - mean.
template <class Value>
ChannelSums sum_gradients(const NormBlocks<Value>& blocks, const PassTensors& tensors,
                          const Statistics& all) {
  if (tensors.winner.defined()) {
    return blocks.sum_windows(
        [&](const auto& part, float* sum, float* product) { add_gradients(part, all.mean(), sum, product); });
  }
  return blocks.sum_pixels([&](const auto& part, float* sum, float* product) {
    if (tensors.added_gradient.defined()) return add_sum_gradients(part, all.mean(), sum, product);
    add_gradients(part, all.line(), all.mean(), sum, product);
  });
}

/// The gradients of x, factor, offset and what was added.
template <class Type>
torch::autograd::variable_list way_back(PassTensors tensors, const Statistics& all) {
  using Value = typename Type::Value;
  const auto sums = sum_gradients(NormBlocks<Value>(tensors), tensors, all);
  const bool pools = tensors.winner.defined();
  if (tensors.added_gradient.defined()) tensors.gradient = tensors.added_gradient;
  const NormBlocks<Value> blocks(tensors);
  const auto rest = Statistics(at::empty({4, static_cast<std::int64_t>(all.channels)}, at::kFloat));
  auto factor = at::empty({static_cast<std::int64_t>(all.channels)}, at::kFloat),
       offset = at::empty_like(factor);
  const auto count = static_cast<double>(blocks.pixel_count());
  for (std::size_t i = 0; i < all.channels; ++i) {
    const double inverse = all.inverse()[i], a = all.a()[i];
    const double slope = -a * inverse * inverse * sums.second[i] / count;
    factor.data_ptr<float>()[i] = static_cast<float>(sums.second[i] * inverse);
    offset.data_ptr<float>()[i] = static_cast<float>(sums.first[i]);
    rest.a()[i] = static_cast<float>(slope);
    rest.b()[i] = static_cast<float>(-a * sums.first[i] / count - slope * all.mean()[i]);
  }
  if (pools) {
    blocks.each_windows([&](const auto& part) { spread_gradients(part, all.a(), rest.line()); });
    blocks.each_rim([&](const auto& part) { normalise(part, rest.line()); });
  } else {
    blocks.each_pixels([&](const auto& part) { spread_gradients(part, all.line(), rest.line()); });
  }
  return {tensors.out, factor, offset, tensors.added_gradient, {}, {}};
}

struct TrainNorm : torch::autograd::Function<TrainNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& factor, const at::Tensor& offset,
                            const at::Tensor& given, const Norm& norm, Then then) {
    const auto all = of_batch(x, {factor, offset, norm.mean, norm.variance, norm.momentum, norm.epsilon});
    at::Tensor winner;
    const auto added = then == Then::add_and_relu ? given : at::Tensor();
    auto out = normalised(x, added, all, then, winner);
    context->saved_data["then"] = static_cast<std::int64_t>(then);
    context->save_for_backward({x, all.rows, winner, then == Then::add_and_relu ? out : at::Tensor()});
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto then = static_cast<Then>(context->saved_data["then"].toInt());
    const bool adds = then == Then::add_and_relu;
    const PassTensors tensors{.x = saved[0],
                              .result = saved[3],
                              .gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast),
                              .out = at::empty_like(saved[0]),
                              .added_gradient = adds ? at::empty_like(saved[0]) : at::Tensor(),
                              .winner = saved[2],
                              .relu = then == Then::relu};
    return by_type(saved[0], [&]<class Type>(Type) { return way_back<Type>(tensors, Statistics(saved[1])); });
  }
};

bool fits(const at::Tensor& x) {
  return x.dim() == 4 && x.device().is_cpu() && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

}  // namespace

at::Tensor batch_norm(const at::Tensor& x, const Norm& norm, bool training, Then then,
                      const at::Tensor& added) {
  const bool fused = fits(x) && (!added.defined() || (fits(added) && added.scalar_type() == x.scalar_type()));
  if (fused && training) {
    // Autograd takes no undefined tensor.
    const auto given = added.defined() ? added : x.detach();
    return TrainNorm::apply(x, norm.factor, norm.offset, given, norm, then);
  }
  if (fused && !at::GradMode::is_enabled()) {
    at::Tensor winner;
    return normalised(x, added, of_running(norm), then, winner);
  }
  auto y = at::batch_norm(x, norm.factor, norm.offset, norm.mean, norm.variance, training, norm.momentum,
                          norm.epsilon, false);
  if (added.defined()) y = at::add(y, added);
  if (then != Then::nothing) y = at::relu(y);
  return then == Then::relu_and_pool ? at::max_pool2d(y, {2, 2}, {2, 2}) : y;
}

}  // namespace fovea
