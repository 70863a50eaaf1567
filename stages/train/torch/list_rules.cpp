#include "stages/train/torch/list_rules.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <torch/version.h>
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#define FOVEA_HAS_FUSED_ADAM
#include <ATen/ops/_fused_adam.h>
#endif

#include "stages/train/torch/list_rules_tensors.hpp"

namespace fovea {
namespace {

/// A rule that moves each number by itself: those of one learning rate together, whatever their decay.
class RunRule : public ListRule {
 public:
  RunRule(const OptimizerParams& params, const FlatLayout& layout, const std::vector<WeightRun>& tensors,
          at::Device)
      : params_(params), runs_(list_runs(layout, tensors)) {
    auto alike = tensors;
    for (auto& one : alike) one.decay = 0;
    together_ = list_runs(layout, alike);
  }

  void step(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const override {
    auto decayed = lists;
    decayed.gradients = decay(lists, rate);
    for (const auto& run : together_) {
      if (run.rate != 0) update(run.of(decayed), run.rate == 1 ? rate : rate * run.rate, made);
    }
  }

 protected:
  /// Moves the weights by gradients that need no decay any more.
  virtual void update(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const = 0;
  const OptimizerParams params_;

 private:
  /// Decoupled decay shrinks the weights; classic decay is added to a copy of the gradients, which is
  /// returned.
  at::Tensor decay(const UpdatedLists& lists, const at::Tensor& rate) const {
    const bool apart = params_.type == "adamw" || params_.type == "lion";
    auto gradients = lists.gradients;
    for (const auto& run : runs_) {
      if (run.decay == 0 || run.rate == 0) continue;
      const auto part = run.of({lists.weights, gradients, {}});
      if (apart) {
        part.weights.mul_(1 - rate * (run.rate * run.decay));
      } else {
        if (gradients.is_same(lists.gradients)) gradients = lists.gradients.clone();
        run.of({lists.weights, gradients, {}}).gradients.add_(part.weights, run.decay);
      }
    }
    return gradients;
  }

  const std::vector<ListRun> runs_;  ///< of one rate and decay
  std::vector<ListRun> together_;    ///< of one rate
};

class ListAdam : public RunRule {
 public:
  ListAdam(const OptimizerParams& params, const FlatLayout& layout, const std::vector<WeightRun>& tensors,
           at::Device device)
      : RunRule(params, layout, tensors, device), unbias_(params, device) {}

 private:
  const AdamUnbias unbias_;

#ifdef FOVEA_HAS_FUSED_ADAM
  /// LibTorch's own operator takes its numbers from the device.
  void update(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const override {
    const std::vector<at::Tensor> w{lists.weights}, g{lists.gradients}, mean{lists.moments[0]},
        square{lists.moments[1]}, steps{made.to(at::kFloat)};
    const auto largest =
        params_.amsgrad ? std::vector<at::Tensor>{lists.moments[2]} : std::vector<at::Tensor>{};
    // The decay is done already, and without it both rules are the same.
    at::_fused_adam_(w, g, mean, square, largest, steps, rate, params_.beta_1, params_.second_beta(), 0,
                     params_.kept_from_zero(), params_.amsgrad, false, {}, {});
  }
#else
  void update(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const override {
    const auto& [w, g, m] = lists;
    m[0].mul_(params_.beta_1).add_(g, 1 - params_.beta_1);
    m[1].mul_(params_.second_beta()).addcmul_(g, g, 1 - params_.second_beta());
    if (params_.amsgrad) m[2].copy_(at::maximum(m[2], m[1]));
    const auto unbias = unbias_(made);
    const auto divisor =
        (params_.amsgrad ? m[2] : m[1]).sqrt().mul_(unbias.square).add_(params_.kept_from_zero());
    w.addcmul_(m[0] / divisor, rate * unbias.mean, -1);
  }
#endif
};

/// A rule that needs its settings and nothing else.
class PlainListRule : public RunRule {
 public:
  using Update = void (PlainListRule::*)(const UpdatedLists& lists, const at::Tensor& rate) const;
  PlainListRule(const OptimizerParams& params, const FlatLayout& layout,
                const std::vector<WeightRun>& tensors, at::Device device)
      : RunRule(params, layout, tensors, device), update_(update_of(params.type)) {}

  /// What moves the weights by the rule of that name; null where it is another.
  static Update update_of(const std::string& type) {
    if (type == "sgd") return &PlainListRule::sgd;
    if (type == "rmsprop") return &PlainListRule::rmsprop;
    if (type == "adadelta") return &PlainListRule::adadelta;
    if (type == "adagrad") return &PlainListRule::adagrad;
    if (type == "lion") return &PlainListRule::lion;
    return nullptr;
  }

 private:
  void update(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor&) const override {
    (this->*update_)(lists, rate);
  }

  void sgd(const UpdatedLists& lists, const at::Tensor& rate) const {
    const auto& w = lists.weights;
    const auto& g = lists.gradients;
    const double momentum = params_.moved_on();
    if (momentum == 0) return void(w.addcmul_(g, rate, -1));
    const auto& velocity = lists.moments[0];
    velocity.mul_(momentum).add_(g);
    w.addcmul_(params_.nesterov ? g + velocity * momentum : velocity, rate, -1);
  }

  void rmsprop(const UpdatedLists& lists, const at::Tensor& rate) const {
    const auto& g = lists.gradients;
    const auto &square = lists.moments[0], &velocity = lists.moments[1], &mean = lists.moments[2];
    square.mul_(params_.rho).addcmul_(g, g, 1 - params_.rho);
    if (params_.centered) mean.mul_(params_.rho).add_(g, 1 - params_.rho);
    const auto spread = params_.centered ? square - mean * mean : square;
    velocity.mul_(params_.moved_on()).add_(g / spread.sqrt().add_(params_.kept_from_zero()));
    lists.weights.addcmul_(velocity, rate, -1);
  }

  void adadelta(const UpdatedLists& lists, const at::Tensor& rate) const {
    const auto& g = lists.gradients;
    const auto &square = lists.moments[0], &moved = lists.moments[1];
    const double epsilon = params_.kept_from_zero();
    square.mul_(params_.rho).addcmul_(g, g, 1 - params_.rho);
    const auto move = (moved + epsilon).sqrt_().div_((square + epsilon).sqrt_()).mul_(g);
    moved.mul_(params_.rho).addcmul_(move, move, 1 - params_.rho);
    lists.weights.addcmul_(move, rate, -1);
  }

  void adagrad(const UpdatedLists& lists, const at::Tensor& rate) const {
    const auto& g = lists.gradients;
    lists.moments[0].addcmul_(g, g);
    lists.weights.addcmul_(g / lists.moments[0].sqrt().add_(params_.kept_from_zero()), rate, -1);
  }

  void lion(const UpdatedLists& lists, const at::Tensor& rate) const {
    const auto& [w, g, m] = lists;
    const auto way = (m[0] * params_.beta_1).add_(g, 1 - params_.beta_1).sign_();
    w.addcmul_(way, rate, -1);
    m[0].mul_(params_.second_beta()).add_(g, 1 - params_.second_beta());
  }

  const Update update_;
};

}  // namespace

ByWeight::ByWeight(const FlatLayout& layout) : layout_(layout) {}

at::Tensor ByWeight::norms(const at::Tensor& list) const {
  std::vector<at::Tensor> parts;
  for (std::size_t i = 0; i < layout_.weights(); ++i) parts.push_back(layout_.flat(list, i));
  return at::stack(at::_foreach_norm(parts));
}

at::Tensor ByWeight::spread(const at::Tensor& numbers) const {
  if (!weight_of_.defined()) {
    const auto here = at::empty({layout_.length()}, at::TensorOptions(at::kInt));
    const auto& order = layout_.order();
    for (std::size_t place = 0; place < order.size(); ++place) {
      const auto begin = layout_.begin(order[place]);
      const auto end = place + 1 < order.size() ? layout_.begin(order[place + 1]) : layout_.length();
      here.narrow(0, begin, end - begin).fill_(static_cast<std::int64_t>(order[place]));
    }
    weight_of_ = here.to(numbers.device());
  }
  return numbers.index_select(0, weight_of_);
}

AdamUnbias::AdamUnbias(const OptimizerParams& params, at::Device device)
    : betas_(at::tensor({params.beta_1, params.second_beta()}, at::kDouble).to(device)) {}

AdamUnbias::Factors AdamUnbias::operator()(const at::Tensor& made) const {
  const auto rest = at::pow(betas_, made).neg_().add_(1);
  return {rest.select(0, 0).reciprocal().to(at::kFloat), rest.select(0, 1).rsqrt().to(at::kFloat)};
}

std::unique_ptr<ListRule> list_rule(const OptimizerParams& params, const FlatLayout& layout,
                                    const std::vector<WeightRun>& tensors, at::Device device) {
  const auto& type = params.type;
  if (type == "lamb" || type == "muon") return whole_tensor_rule(params, layout, tensors, device);
  if (type == "adamw" || type == "adam") return std::make_unique<ListAdam>(params, layout, tensors, device);
  if (PlainListRule::update_of(type) != nullptr)
    return std::make_unique<PlainListRule>(params, layout, tensors, device);
  return nullptr;
}

}  // namespace fovea
