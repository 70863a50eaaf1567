#include "stages/model/torch/kernels/fused_conv.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/depthwise.hpp"
#include "stages/model/torch/kernels/norm_pass.hpp"
#include "stages/model/torch/kernels/winograd.hpp"

namespace fovea {
namespace {

/// Bytes of one part of a batch, of the larger of a convolution's input and output: about the second-level
/// cache of a core.
constexpr std::int64_t part_bytes = 1 << 20;

/// A batch cut into parts of neighbouring images.
struct Cut {
  std::int64_t images = 0;
  std::int64_t size = 0;
  std::int64_t parts() const { return ceil_div(images, size); }
  at::Tensor of(const at::Tensor& whole, std::int64_t part) const {
    if (!whole.defined() || parts() == 1) return whole;
    return whole.narrow(0, part * size, std::min(size, images - part * size));
  }
};

/// Each thread gets equally many parts. Each part has weight gradients of its own; where these would be
/// larger than the output, there is one part for each thread.
Cut cut(const at::Tensor& x, at::IntArrayRef out, const at::Tensor& weight) {
  const auto images = x.size(0), threads = static_cast<std::int64_t>(at::get_num_threads());
  const auto values_out = out[0] * out[1] * out[2] * out[3];
  const auto bytes = std::max(x.numel(), values_out) * static_cast<std::int64_t>(x.element_size());
  auto parts = threads * ceil_div(bytes, threads * part_bytes);
  if (parts > images || parts * weight.numel() > values_out) parts = std::min(threads, images);
  return {images, ceil_div(images, parts)};
}

/// Calls `body` for each part, on all threads.
template <class Body> void for_each_part(const Cut& cut, const Body& body) {
  const at::AutoDispatchBelowADInplaceOrView plain;
  if (cut.parts() == 1) return body(0);
  at::parallel_for(0, cut.parts(), 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView plain_too;
    for (auto part = begin; part < end; ++part) body(part);
  });
}

/// The fused passes of a convolution that suits Winograd's algorithm.
struct ConvNorm : torch::autograd::Function<ConvNorm> {
  /// `given` is the summand of `add_and_relu`; other epilogues do not read it.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& norm_weight,
                            const at::Tensor& norm_bias, const at::Tensor& given, const Norm& norm,
                            Epilogue epilogue) {
    const std::vector<std::int64_t> sizes{x.size(0), weight.size(0), x.size(2), x.size(3)};
    const auto cuts = cut(x, sizes, weight);
    const auto filters = winograd_filters(weight, x.scalar_type());
    const auto parts = static_cast<std::size_t>(cuts.parts());
    std::vector<at::Tensor> convolved(parts);
    std::vector<Moments> moments(parts);
    for_each_part(cuts, [&](std::int64_t part) {
      const auto i = static_cast<std::size_t>(part);
      const auto images = cuts.of(x, part);
      convolved[i] = empty_channels_last({images.size(0), sizes[1], sizes[2], sizes[3]}, x.scalar_type());
      winograd_convolve(images, filters, convolved[i]);
      moments[i] = moments_of(convolved[i]);
    });
    const auto all = batch_statistics(
        moments, {norm_weight, norm_bias, norm.mean, norm.variance, norm.momentum, norm.epsilon});

    const bool adds = epilogue == Epilogue::add_and_relu, pools = epilogue == Epilogue::relu_and_pool;
    const auto sizes_out = sizes_after(sizes, epilogue);
    auto out = empty_channels_last(sizes_out, x.scalar_type());
    const auto winner = pools ? empty_channels_last(sizes_out, at::kByte) : at::Tensor();
    for_each_part(cuts, [&](std::int64_t part) {
      const auto written = cuts.of(out, part);
      write_normalised({.x = convolved[static_cast<std::size_t>(part)],
                        .added = adds ? cuts.of(given, part) : at::Tensor(),
                        .out = pools ? at::Tensor() : written,
                        .pooled = pools ? written : at::Tensor(),
                        .winner = cuts.of(winner, part),
                        .relu = epilogue != Epilogue::nothing},
                       all);
    });
    keep(context, epilogue, cuts, x.requires_grad());
    torch::autograd::variable_list saved{x, weight, all.rows, winner, adds ? out : at::Tensor()};
    saved.insert(saved.end(), convolved.begin(), convolved.end());
    context->save_for_backward(saved);
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    auto number = [&](const char* name) { return context->saved_data[name].toInt(); };
    const Cut cuts{number("images"), number("size")};
    const bool asks_x = number("asks x") != 0;
    const auto &x = saved[0], &winner = saved[3], &result = saved[4];
    const Statistics all(saved[2]);
    const auto convolved = std::span(saved).subspan(5);
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto empty_as = [](const at::Tensor& like) {
      return empty_channels_last(like.sizes(), like.scalar_type());
    };
    const auto added_gradient = result.defined() ? empty_as(result) : at::Tensor();
    const auto tensors_of = [&](std::int64_t part) {
      return PassTensors{.x = convolved[static_cast<std::size_t>(part)],
                         .result = cuts.of(result, part),
                         .gradient = cuts.of(gradient, part),
                         .added_gradient = cuts.of(added_gradient, part),
                         .winner = cuts.of(winner, part),
                         .relu = static_cast<Epilogue>(number("epilogue")) == Epilogue::relu};
    };

    const auto parts = static_cast<std::size_t>(cuts.parts());
    std::vector<ChannelSums> sums(parts);
    for_each_part(cuts, [&](std::int64_t part) {
      sums[static_cast<std::size_t>(part)] = gradient_sums(tensors_of(part), all);
    });
    std::int64_t pixels = 0;
    for (const auto& part : convolved) pixels += part.numel() / part.size(1);
    for (auto i = 1U; i < parts; ++i) sums[0] += sums[i];
    const auto found = norm_gradients(sums[0], static_cast<std::size_t>(pixels), all);

    auto x_gradient = asks_x ? empty_as(x) : at::Tensor();
    const auto filters = asks_x ? winograd_filters_back(saved[1], x.scalar_type()) : at::Tensor();
    std::vector<at::Tensor> weight_gradients(parts);
    for_each_part(cuts, [&](std::int64_t part) {
      auto tensors = tensors_of(part);
      tensors.out = empty_as(tensors.x);
      write_gradients(tensors, all, found.rest);
      if (asks_x) winograd_convolve(tensors.out, filters, cuts.of(x_gradient, part));
      weight_gradients[static_cast<std::size_t>(part)] =
          winograd_weight_gradient(cuts.of(x, part), tensors.out);
    });
    return {x_gradient, add_up(weight_gradients, saved[1]), found.weight, found.bias, added_gradient, {}, {}};
  }

 private:
  static void keep(torch::autograd::AutogradContext* context, Epilogue epilogue, const Cut& cuts,
                   bool asks_x) {
    auto& data = context->saved_data;
    data["epilogue"] = static_cast<std::int64_t>(epilogue);
    data["images"] = cuts.images;
    data["size"] = cuts.size;
    data["asks x"] = static_cast<std::int64_t>(asks_x);
  }

  /// Adds the gradients of all parts to the weight's own, or gives their sum where it has none yet.
  static at::Tensor add_up(const std::vector<at::Tensor>& gradients, const at::Tensor& weight) {
    const at::AutoDispatchBelowADInplaceOrView plain;
    const bool in_place = weight.grad().defined();
    auto sum = in_place ? weight.grad() : gradients[0].to(at::kFloat);
    for (std::size_t i = in_place ? 0 : 1; i < gradients.size(); ++i) sum.add_(gradients[i]);
    return in_place ? at::Tensor() : sum;
  }
};

}  // namespace

at::Tensor conv_norm(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const Norm& norm,
                     Epilogue epilogue, const at::Tensor& added) {
  const bool fits = is_channels_last(x) && x.size(0) > 0 && suits_winograd(conv, x) &&
                    (!added.defined() || (is_channels_last(added) && added.scalar_type() == x.scalar_type()));
  if (!fits) {
    auto y = convolve(x, conv, weight, {});
    // LibTorch does not see that an image of one channel is channels-last.
    if (is_channels_last(x)) y = y.contiguous(at::MemoryFormat::ChannelsLast);
    return batch_norm(y, norm, true, epilogue, added);
  }
  // Autograd takes no undefined tensor.
  const auto given = added.defined() ? added : x.detach();
  return ConvNorm::apply(x, weight, norm.weight, norm.bias, given, norm, epilogue);
}

}  // namespace fovea
