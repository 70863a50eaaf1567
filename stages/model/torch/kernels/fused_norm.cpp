#include "stages/model/torch/kernels/fused_norm.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include "stages/model/torch/kernels/norm_pass.hpp"

namespace fovea {
namespace {

/// The output; `winner` is set where it is pooled.
at::Tensor normalised(const at::Tensor& x, const at::Tensor& added, const Statistics& all, Epilogue epilogue,
                      at::Tensor& winner) {
  const auto sizes = sizes_after(x.sizes(), epilogue);
  auto out = empty_channels_last(sizes, x.scalar_type());
  if (epilogue == Epilogue::relu_and_pool) {
    winner = empty_channels_last(sizes, at::kByte);
    write_normalised({.x = x, .pooled = out, .winner = winner}, all);
  } else {
    write_normalised({.x = x, .added = added, .out = out, .relu = epilogue != Epilogue::nothing}, all);
  }
  return out;
}

struct TrainNorm : torch::autograd::Function<TrainNorm> {
  /// `given` is the summand of `add_and_relu`; other epilogues do not read it.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& given,
                            const Norm& norm, Epilogue epilogue) {
    const auto moments = moments_of(x);
    const auto all = batch_statistics({&moments, 1},
                                      {weight, bias, norm.mean, norm.variance, norm.momentum, norm.epsilon});
    at::Tensor winner;
    const bool adds = epilogue == Epilogue::add_and_relu;
    auto out = normalised(x, adds ? given : at::Tensor(), all, epilogue, winner);
    context->saved_data["epilogue"] = static_cast<std::int64_t>(epilogue);
    context->save_for_backward({x, all.rows, winner, adds ? out : at::Tensor()});
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto epilogue = static_cast<Epilogue>(context->saved_data["epilogue"].toInt());
    const auto& x = saved[0];
    const PassTensors tensors{
        .x = x,
        .result = saved[3],
        .gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast),
        .out = empty_channels_last(x.sizes(), x.scalar_type()),
        .added_gradient = saved[3].defined() ? empty_channels_last(x.sizes(), x.scalar_type()) : at::Tensor(),
        .winner = saved[2],
        .relu = epilogue == Epilogue::relu};
    const Statistics all(saved[1]);
    const auto pixels = static_cast<std::size_t>(x.numel() / x.size(1));
    const auto found = norm_gradients(gradient_sums(tensors, all), pixels, all);
    write_gradients(tensors, all, found.rest);
    return {tensors.out, found.weight, found.bias, tensors.added_gradient, {}, {}};
  }
};

}  // namespace

at::Tensor batch_norm(const at::Tensor& x, const Norm& norm, bool training, Epilogue epilogue,
                      const at::Tensor& added) {
  const bool fused =
      is_channels_last(x) && x.size(1) < (epilogue == Epilogue::nothing ? 128 : 512) &&
      (!added.defined() || (is_channels_last(added) && added.scalar_type() == x.scalar_type()));
  if (fused && training) {
    // Autograd takes no undefined tensor.
    const auto given = added.defined() ? added : x.detach();
    return TrainNorm::apply(x, norm.weight, norm.bias, given, norm, epilogue);
  }
  if (fused && !at::GradMode::is_enabled()) {
    at::Tensor winner;
    return normalised(x, added, running_statistics(norm), epilogue, winner);
  }
  return plain_batch_norm(x, norm, training, epilogue, added);
}

at::Tensor plain_batch_norm(const at::Tensor& x, const Norm& norm, bool training, Epilogue epilogue,
                            const at::Tensor& added) {
  auto y = at::batch_norm(x, norm.weight, norm.bias, norm.mean, norm.variance, training, norm.momentum,
                          norm.epsilon, x.is_cuda());
  if (added.defined()) y.add_(added);
  if (epilogue != Epilogue::nothing) y.relu_();
  return epilogue == Epilogue::relu_and_pool ? at::max_pool2d(y, {2, 2}, {2, 2}) : y;
}

}  // namespace fovea
