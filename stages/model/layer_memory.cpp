#include "stages/model/layer_memory.hpp"

#include <algorithm>
#include <string_view>

#include "stages/model/own_modules.hpp"

namespace fovea {
namespace {

constexpr std::int64_t fp32_bytes = 4, index_bytes = 8;

/// Whether attention is one operator of LibTorch (from 2 on), which keeps no shares of tokens.
constexpr bool has_fused_attention = !std::string_view(FOVEA_TORCH_VERSION).starts_with("1.");

std::int64_t weights_of(const LayerInfo& info) {
  return info.weights.front().count();
}

/// Finds the memory of one layer by what its operators keep (LibTorch's derivatives.yaml).
struct FindMemory {
  const std::vector<BatchValue>& inputs;
  const LayerInfo& info;
  const ComputeType& type;
  LayerMemory& memory;

  const BatchValue& in() const { return inputs.front(); }
  std::int64_t numbers_out() const { return in().images * product(info.output); }
  std::int64_t bytes_out() const { return numbers_out() * memory.number_bytes; }
  void keep_inputs() const { memory.keeps_inputs = inputs.size(); }
  void keep_output() const { memory.keeps_output = true; }

  /// Products of values and weights in the computing type: what has another type is kept as a copy.
  void keep_factors(bool weights) const {
    memory.number_bytes = type.number_bytes;
    if (in().number_bytes == type.number_bytes) keep_inputs();
    if (in().number_bytes != type.number_bytes) memory.keeps += in().numbers() * type.number_bytes;
    if (weights && type.number_bytes != fp32_bytes) memory.keeps += weights_of(info) * type.number_bytes;
  }
  /// A normalisation that computes in fp32.
  void norm_in_fp32() const {
    if (in().number_bytes == fp32_bytes) return keep_inputs();
    memory.keeps = in().numbers() * fp32_bytes;
    memory.forward = in().numbers() * fp32_bytes;
    memory.backward = in().numbers() * (2 * fp32_bytes - in().number_bytes);
  }
  void pool_with_indices() const {
    keep_inputs();
    memory.keeps = numbers_out() * index_bytes;
  }
  void share_input() const {
    memory.shares_input = true;
    memory.passes_gradient = true;
  }

  void operator()(const Conv& conv) const {
    keep_factors(true);
    if (!type.fused) return;
    // oneDNN's own layouts of the weights and of their gradients.
    const auto weights = weights_of(info) * type.number_bytes;
    const bool one_pixel = conv.kernel == 1;
    memory.forward = (one_pixel ? 1 : 2) * weights;
    memory.backward = (one_pixel ? 3 : 4) * weights;
    if (in().extent[0] == 1) {  // not channels-last for LibTorch
      memory.forward += bytes_out();
      memory.backward += bytes_out();
    }
    // The loops of kernels/depthwise.cpp sum the gradients of eight parts of a batch apart.
    if (conv.groups == in().extent[0] && conv.groups > 1 && (conv.kernel == 5 || conv.kernel == 7))
      memory.backward = 2 * weights + 8 * weights_of(info) * fp32_bytes;
  }
  void operator()(const Linear&) const {
    keep_factors(in().asks);
    memory.backward = weights_of(info) * fp32_bytes;
    if (type.number_bytes != fp32_bytes) memory.backward += weights_of(info) * type.number_bytes;
  }
  void operator()(const BatchNorm&) const { keep_inputs(); }
  void operator()(const LayerNorm&) const { norm_in_fp32(); }
  void operator()(const GroupNorm&) const { norm_in_fp32(); }

  void operator()(const Relu&) const { keep_output(); }
  void operator()(const Relu6&) const {
    if (memory.number_bytes == fp32_bytes) return keep_inputs();
    memory.keeps = bytes_out();
    memory.backward = bytes_out() + numbers_out();
  }
  void operator()(const Silu&) const { keep_inputs(); }
  void operator()(const Gelu&) const { keep_inputs(); }
  void operator()(const HardSwish&) const { keep_inputs(); }
  void operator()(const HardSigmoid&) const { keep_inputs(); }
  void operator()(const Sigmoid&) const { keep_output(); }
  void operator()(const Softmax&) const { keep_output(); }

  void operator()(const MaxPool&) const { pool_with_indices(); }
  void operator()(const AdaptiveMaxPool&) const { pool_with_indices(); }
  void operator()(const AveragePool&) const { keep_inputs(); }
  void operator()(const AdaptiveAveragePool& pool) const {
    if (!(pool.size == 1)) keep_inputs();
  }
  void operator()(const GlobalAveragePool&) const {}
  void operator()(const Mean&) const {
    if (in().extent.size() == 1) share_input();
  }

  void operator()(const Flatten&) const {
    const auto& extent = in().extent;
    if (extent.size() < 3 || extent[0] == 1 || extent[1] * extent[2] == 1) return share_input();
    memory.backward = in().bytes();
  }
  void operator()(const Reshape&) const {
    if (info.output.size() < 3 && in().extent.size() < 3) share_input();
  }
  void operator()(const Permute&) const {
    if (info.output.size() < 3) share_input();
  }
  void operator()(const Tokens&) const { share_input(); }

  void operator()(const Dropout& dropout) const {
    if (dropout.rate == 0) return share_input();
    memory.number_bytes = fp32_bytes;
    memory.keeps = numbers_out() * fp32_bytes;
    memory.backward = in().number_bytes == fp32_bytes ? 0 : numbers_out() * fp32_bytes;
  }
  void operator()(const StochasticDepth& depth) const {
    if (depth.rate == 0) share_input();
  }

  void operator()(const Add&) const { memory.passes_gradient = true; }
  void operator()(const Concat&) const { memory.passes_gradient = true; }
  void operator()(const Multiply&) const {
    keep_inputs();
    memory.backward = bytes_out();
  }
  void operator()(const ClassToken&) const { memory.passes_gradient = true; }
  void operator()(const FirstToken&) const { memory.shares_input = true; }
  void operator()(const PositionEmbedding&) const { memory.passes_gradient = true; }
  void operator()(const LayerScale&) const {
    keep_inputs();
    memory.backward = bytes_out();
  }
  void operator()(const ChannelShuffle&) const { memory.forward = bytes_out(); }
  void operator()(const OwnModule& module) const {
    refuse(module, "the memory of training is predicted from the layers",
           "give \"batch_size\" a number that fits");
  }

  void operator()(const Attention& attention) const {
    const auto tokens = in().extent[0];
    const auto shares = in().images * attention.heads * tokens * tokens * in().number_bytes;
    if (has_fused_attention) {
      keep_inputs();
      memory.keeps = bytes_out() + in().images * attention.heads * tokens * fp32_bytes;
      memory.backward = 2 * bytes_out();
      return;
    }
    memory.keeps = 3 * bytes_out() + shares;
    memory.forward = 2 * bytes_out() + shares;
    memory.backward = 2 * shares + 6 * bytes_out();
  }
};

}  // namespace

LayerMemory layer_memory(const LayerKind& kind, const std::vector<BatchValue>& inputs, const LayerInfo& info,
                         const ComputeType& type) {
  LayerMemory memory;
  memory.number_bytes = inputs.front().number_bytes;
  for (const auto& input : inputs) memory.number_bytes = std::max(memory.number_bytes, input.number_bytes);
  std::visit(FindMemory{inputs, info, type, memory}, kind);
  return memory;
}

bool suits_winograd(const Conv& conv, const Extent& in) {
  // More products of channels than these do not stay in a core's cache; 256 by 256 gained less than a tenth.
  constexpr std::int64_t most_filters = 128 * 256;
  return conv.kernel == 3 && conv.stride == 1 && conv.padding == 1 && conv.dilation == 1 &&
         conv.groups == 1 && in[0] % 16 == 0 && conv.channels % 16 == 0 &&
         in[0] * conv.channels <= most_filters && in[1] >= 4 && in[2] >= 4;
}

}  // namespace fovea
