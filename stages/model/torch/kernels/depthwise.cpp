#include "stages/model/torch/kernels/depthwise.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/depthwise_loops.hpp"
#include "stages/model/torch/kernels/norm_pass.hpp"

namespace fovea {
namespace {

/// Parts of a batch whose gradients are summed apart, so that threads share the work of few channels.
constexpr std::int64_t most_parts = 8;

std::size_t size(const at::Tensor& x, int dimension) {
  return static_cast<std::size_t>(x.size(dimension));
}

/// Adds up the gradients of one block of channels over the images of a part.
template <class Value> void add_images(const at::Tensor& x, const at::Tensor& gradient,
                                       const DepthwiseShape& shape, std::int64_t from, std::int64_t to,
                                       std::size_t channel, float* sums) {
  const auto scratch = at::empty({static_cast<std::int64_t>(depthwise_scratch(shape))}, at::kFloat);
  const auto image = shape.height * shape.width * shape.channels;
  const auto image_out = shape.height_out * shape.width_out * shape.channels;
  const auto *const in = static_cast<const Value*>(x.data_ptr()), *const out = static_cast<const Value*>(
                                                                      gradient.data_ptr());
  for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
    add_depthwise_gradient(in + i * image, out + i * image_out, shape, channel, sums,
                           scratch.data_ptr<float>());
  }
}

/// Returns the gradient of the weight, C x 1 x K x K in fp32; both tensors are channels-last.
at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& gradient, std::int64_t kernel,
                           std::int64_t stride, std::int64_t padding) {
  const DepthwiseShape shape{size(x, 1),
                             size(x, 2),
                             size(x, 3),
                             size(gradient, 2),
                             size(gradient, 3),
                             static_cast<std::size_t>(kernel),
                             static_cast<std::size_t>(stride),
                             static_cast<std::size_t>(padding)};
  constexpr auto lanes = static_cast<std::int64_t>(depthwise_lanes);
  const auto images = x.size(0), parts = std::min(images, most_parts), blocks = ceil_div(x.size(1), lanes);
  const auto sums = at::zeros({parts, blocks, kernel * kernel, lanes}, at::kFloat);
  at::parallel_for(0, parts * blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView plain;
    for (auto task = begin; task < end; ++task) {
      const auto part = task / blocks, from = part * images / parts, to = (part + 1) * images / parts;
      const auto channel = static_cast<std::size_t>(task % blocks * lanes);
      auto* const sum = sums.data_ptr<float>() + task * kernel * kernel * lanes;
      x.scalar_type() == at::kFloat ? add_images<float>(x, gradient, shape, from, to, channel, sum)
                                    : add_images<std::uint16_t>(x, gradient, shape, from, to, channel, sum);
    }
  });
  return sums.sum(0)
      .permute({0, 2, 1})
      .reshape({blocks * lanes, 1, kernel, kernel})
      .narrow(0, 0, x.size(1))
      .contiguous();
}

struct DepthwiseConv : torch::autograd::Function<DepthwiseConv> {
  /// Where `has_bias` is false, `bias` is not read.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias, bool has_bias,
                            std::int64_t stride, std::int64_t padding) {
    const auto type = x.scalar_type();
    context->save_for_backward({x, weight});
    context->saved_data["has bias"] = has_bias;
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["asks x"] = x.requires_grad();
    return at::conv2d(x, weight.to(type), has_bias ? bias.to(type) : at::Tensor(), stride, padding, 1,
                      x.size(1));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    auto number = [&](const char* name) { return context->saved_data[name].toInt(); };
    const auto stride = number("stride"), padding = number("padding");
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor of_x, of_bias;
    if (context->saved_data["asks x"].toBool()) {
      of_x = std::get<0>(at::convolution_backward(
          gradient, x, weight.to(x.scalar_type()), at::OptionalIntArrayRef(), {stride, stride},
          {padding, padding}, {1, 1}, false, {0, 0}, x.size(1), {true, false, false}));
    }
    if (context->saved_data["has bias"].toBool()) of_bias = gradient.sum({0, 2, 3}, false, at::kFloat);
    return {of_x, weight_gradient(x, gradient, weight.size(2), stride, padding), of_bias, {}, {}, {}};
  }
};

bool suits_loops(const Conv& conv, const at::Tensor& x) {
  return is_channels_last(x) && x.size(0) > 0 && conv.groups == x.size(1) && conv.groups > 1 &&
         conv.channels == conv.groups && (conv.kernel == 5 || conv.kernel == 7) &&
         conv.stride.height() == conv.stride.width() && conv.padding.height() == conv.padding.width() &&
         conv.dilation == 1;
}

}  // namespace

at::Tensor convolve(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const at::Tensor& bias) {
  if (at::GradMode::is_enabled() && weight.requires_grad() && suits_loops(conv, x)) {
    // Autograd takes no undefined tensor.
    const auto given = bias.defined() ? bias : weight.detach();
    return DepthwiseConv::apply(x, weight, given, bias.defined(), conv.stride.height(),
                                conv.padding.height());
  }
  const auto type = x.scalar_type();
  return at::conv2d(x, weight.to(type), bias.defined() ? bias.to(type) : bias, conv.stride, conv.padding,
                    conv.dilation, conv.groups);
}

}  // namespace fovea
