#include "stages/model/torch/recompute.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

namespace fovea {
namespace {

struct KeptPart : torch::CustomClassHolder {
  explicit KeptPart(NetworkPart given) : part(std::move(given)) {}
  NetworkPart part;
};

struct Recompute : torch::autograd::Function<Recompute> {
  /// The anchor requires a gradient, so that backward runs even where `x` is an image.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& /*anchor*/, const NetworkPart& part) {
    context->save_for_backward({x});
    context->saved_data["part"] = c10::IValue::make_capsule(c10::make_intrusive<KeptPart>(part));
    return part(x, false);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto part = c10::static_intrusive_pointer_cast<KeptPart>(context->saved_data["part"].toCapsule());
    const auto saved = context->get_saved_variables()[0];
    const bool asks = saved.requires_grad();
    const auto x = saved.detach().requires_grad_(asks);
    {
      const at::AutoGradMode with_gradients(true);
      part->part(x, true).backward(gradients[0]);
    }
    return {asks ? x.grad() : at::Tensor(), {}, {}};
  }
};

}  // namespace

at::Tensor recomputed(const NetworkPart& part, const at::Tensor& x) {
  const auto anchor = at::zeros({1}, at::kFloat).requires_grad_(true);
  return Recompute::apply(x, anchor, part);
}

}  // namespace fovea
