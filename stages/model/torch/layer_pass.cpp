#include "stages/model/torch/layer_pass.hpp"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/add.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softmax.h>

#include "stages/model/torch/attention.hpp"
#include "stages/model/torch/bound_module.hpp"
#include "stages/model/torch/kernels/depthwise.hpp"
#include "stages/model/torch/kernels/fused.hpp"
#include "stages/model/torch/kernels/fused_conv.hpp"

namespace fovea {
namespace {

/// Applies `compute`, which works on the last dimension, to the channels of images, tokens or flat values.
template <class Compute> at::Tensor over_channels(const at::Tensor& x, const Compute& compute) {
  if (x.dim() != 4) return compute(x);
  return compute(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

/// Computes one layer.
struct Compute {
  const Step& step;
  const StepInputs& inputs;
  const Pass& pass;

  const at::Tensor& in(std::size_t i = 0) const { return inputs.values[step.inputs[i]]; }
  at::ScalarType type() const { return type_of(pass.precision); }
  const at::Tensor& own(std::size_t i) const { return inputs.weights[step.weights[i]]; }
  at::Tensor weight(std::size_t i) const {
    return i < step.weights.size() ? own(i).to(type()) : at::Tensor();
  }
  at::Tensor added() const { return step.epilogue == Epilogue::add_and_relu ? in(1) : at::Tensor(); }

  at::Tensor operator()(const Conv& conv) const {
    const auto x = in().to(type());
    if (step.norm && by_batch())
      return conv_norm(x, conv, own(0), counted(*step.norm), step.epilogue, added());
    const auto y = convolve(x, conv, own(0), conv.bias ? own(1) : at::Tensor());
    return step.norm ? normalised(y, *step.norm) : behind(y);
  }
  /// The epilogue of a convolution whose normalisation is in its weights.
  at::Tensor behind(at::Tensor y) const {
    if (step.epilogue == Epilogue::nothing) return y;
    if (step.epilogue == Epilogue::relu_and_pool) return relu_max_pool(y);
    if (step.epilogue == Epilogue::add_and_relu) y.add_(added());
    return y.relu_();
  }
  at::Tensor operator()(const BatchNorm& norm) const { return normalised(in(), norm); }
  /// Whether a normalisation is over the batch.
  bool by_batch() const { return pass.training && !step.norm_frozen; }
  at::Tensor normalised(const at::Tensor& x, const BatchNorm& norm) const {
    // The plain layers give a pass and its recomputation the same values, whether these are differentiated.
    if (pass.training && step.norm_frozen && !step.frozen)
      return plain_batch_norm(x, counted(norm), false, step.epilogue, added());
    return batch_norm(x, counted(norm), by_batch(), step.epilogue, added());
  }
  /// Returns the weights of a normalisation, and counts the batch in training.
  Norm counted(const BatchNorm& norm) const {
    const auto first = step.weights.size() - 5;
    const bool counts = by_batch() && !pass.again;
    if (counts && !inputs.counts_together)
      own(first + 4).data().add_(1);  // data(): hides the change from autograd
    return {own(first),  own(first + 1), own(first + 2), own(first + 3), counts ? norm.momentum : 0,
            norm.epsilon};
  }
  /// CUDA's kernels sum in fp32 whatever they read, and take weights of the type of the values.
  at::Tensor operator()(const LayerNorm& norm) const {
    const auto channels = own(0).numel();
    return over_channels(in(), [&](const at::Tensor& x) {
      const auto type = x.scalar_type(), computed = x.is_cuda() ? type : at::kFloat;
      return at::layer_norm(x.to(computed), {channels}, own(0).to(computed), own(1).to(computed),
                            norm.epsilon)
          .to(type);
    });
  }
  at::Tensor operator()(const GroupNorm& norm) const {
    return at::group_norm(in().to(at::kFloat), norm.groups, own(0), own(1), norm.epsilon)
        .to(in().scalar_type());
  }

  at::Tensor operator()(const Relu&) const {
    return step.epilogue == Epilogue::relu_and_pool ? relu_max_pool(in()) : at::relu(in());
  }
  /// LibTorch 1.13 has no gradient of ReLU6 in bf16 on CPUs.
  at::Tensor operator()(const Relu6&) const {
    return in().scalar_type() == at::kFloat ? at::hardtanh(in(), 0, 6) : at::clamp_max(at::relu(in()), 6);
  }
  at::Tensor operator()(const Silu&) const { return at::silu(in()); }
  at::Tensor operator()(const Gelu& gelu) const { return at::gelu(in(), gelu.approximate); }
  at::Tensor operator()(const HardSwish&) const { return at::hardswish(in()); }
  at::Tensor operator()(const HardSigmoid&) const { return at::hardsigmoid(in()); }
  at::Tensor operator()(const Sigmoid&) const { return at::sigmoid(in()); }
  at::Tensor operator()(const Softmax&) const { return at::softmax(in(), in().dim() == 4 ? 1 : -1); }

  at::Tensor operator()(const MaxPool& pool) const {
    return at::max_pool2d(in(), pool.kernel, pool.stride, pool.padding, {1, 1}, pool.ceil_mode);
  }
  at::Tensor operator()(const AveragePool& pool) const {
    return at::avg_pool2d(in(), pool.kernel, pool.stride, pool.padding, pool.ceil_mode, pool.count_padding);
  }
  at::Tensor operator()(const AdaptiveAveragePool& pool) const {
    return at::adaptive_avg_pool2d(in(), pool.size);
  }
  at::Tensor operator()(const AdaptiveMaxPool& pool) const {
    return std::get<0>(at::adaptive_max_pool2d(in(), pool.size));
  }
  at::Tensor operator()(const GlobalAveragePool&) const { return at::adaptive_avg_pool2d(in(), {1, 1}); }
  at::Tensor operator()(const Mean&) const {
    if (in().dim() == 2) return in();
    return in().dim() == 4 ? in().mean({2, 3}) : in().mean({1});
  }

  at::Tensor operator()(const Flatten&) const { return in().flatten(1); }
  at::Tensor operator()(const Reshape& reshape) const {
    std::vector<std::int64_t> sizes{in().size(0)};
    sizes.insert(sizes.end(), reshape.shape.begin(), reshape.shape.end());
    return as_laid(in().reshape(sizes));
  }
  at::Tensor operator()(const Permute& permute) const {
    std::vector<std::int64_t> order{0};
    for (const auto from : permute.order) order.push_back(from + 1);
    return as_laid(in().permute(order));
  }
  /// Images in channels-last order, as other layers take them.
  static at::Tensor as_laid(const at::Tensor& x) {
    return x.dim() == 4 ? x.contiguous(at::MemoryFormat::ChannelsLast) : x;
  }
  at::Tensor operator()(const Linear&) const {
    return over_channels(in().to(type()),
                         [&](const at::Tensor& x) { return at::linear(x, weight(0), weight(1)); });
  }

  at::Tensor operator()(const Dropout& drop) const {
    if (!pass.training || drop.rate == 0) return in();
    if (pass.kept != nullptr) return at::mul(in(), kept_share(drop.rate).view(in().sizes()));
    return dropout(in(), drop.rate, pass.seed, pass.number, static_cast<std::uint32_t>(step.output));
  }
  at::Tensor operator()(const StochasticDepth& depth) const {
    if (!pass.training || depth.rate == 0) return in();
    const auto images = in().size(0);
    const auto share = pass.kept != nullptr ? kept_share(depth.rate)
                                            : dropout(at::ones({images, 1}), depth.rate, pass.seed,
                                                      pass.number, static_cast<std::uint32_t>(step.output));
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(in().dim()), 1);
    sizes[0] = images;
    return at::mul(in(), share.view(sizes).to(in().options()));
  }
  /// What the values that the given mask keeps are multiplied with; 0 for others.
  at::Tensor kept_share(double rate) const {
    return (*pass.kept)[step.dropout].to(at::kFloat).mul_(1 / (1 - rate));
  }

  at::Tensor operator()(const Add&) const {
    auto sum = at::add(in(0), in(1));
    for (std::size_t i = 2; i < step.inputs.size(); ++i) sum = at::add(sum, in(i));
    return sum;
  }
  at::Tensor operator()(const Concat&) const {
    std::vector<at::Tensor> parts;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) parts.push_back(in(i));
    return at::cat(parts, 1);
  }
  at::Tensor operator()(const Multiply&) const { return at::mul(in(0), in(1)); }

  at::Tensor operator()(const Tokens&) const { return in().permute({0, 2, 3, 1}).flatten(1, 2); }
  at::Tensor operator()(const ClassToken&) const {
    return at::cat({own(0).to(in().scalar_type()).expand({in().size(0), 1, in().size(2)}), in()}, 1);
  }
  at::Tensor operator()(const FirstToken&) const { return in().select(1, 0); }
  at::Tensor operator()(const PositionEmbedding&) const {
    return at::add(in(), own(0).to(in().scalar_type()));
  }
  at::Tensor operator()(const Attention& attention) const { return attend(in(), attention.heads); }
  at::Tensor operator()(const LayerScale&) const {
    const auto scale = own(0).to(in().scalar_type());
    return at::mul(in(), in().dim() == 4 ? scale.view({-1, 1, 1}) : scale);
  }
  at::Tensor operator()(const ChannelShuffle& shuffle) const {
    const auto& x = in();
    return as_laid(x.reshape({x.size(0), shuffle.groups, x.size(1) / shuffle.groups, x.size(2), x.size(3)})
                       .transpose(1, 2)
                       .reshape(x.sizes()));
  }
  at::Tensor operator()(const OwnModule&) const { return inputs.own->forward(in(), pass); }
};

}  // namespace

at::ScalarType type_of(Precision precision) {
  if (precision == Precision::fp16) return at::kHalf;
  return precision == Precision::bf16 ? at::kBFloat16 : at::kFloat;
}

at::Tensor computed(const Step& step, const StepInputs& inputs, const Pass& pass) {
  return std::visit(Compute{step, inputs, pass}, step.kind);
}

}  // namespace fovea
