#include "stages/train/torch/resident_state.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

namespace fovea {
namespace {

at::Tensor one_number(double value, at::ScalarType type, at::Device device) {
  return at::full({}, value, at::TensorOptions(type)).to(device);
}

/// Returns `limit` / norm where the norm is above the limit, else 1.
at::Tensor factor_to(double limit, const at::Tensor& norm) {
  return norm.add(1e-6).reciprocal_().mul_(limit).clamp_max_(1);
}

}  // namespace

ResidentState::ResidentState(Network& network, const Train::Params& params,
                             const std::vector<WeightRun>& tensors, const Optimizer& optimizer)
    : network_(network),
      params_(params),
      tensors_(tensors),
      optimizer_(optimizer),
      rule_(list_rule(params.optimizer, network.lists().layout(), tensors, network.lists().device())),
      by_weight_(network.lists().layout()) {
  lists_.weights = network.lists().device_parameters();
  lists_.gradients = at::zeros_like(lists_.weights);
}

void ResidentState::learn_anew() {
  const auto& lists = network_.lists();
  rule_ = list_rule(params_.optimizer, lists.layout(), tensors_, lists.device());
}

void ResidentState::take(const TrainState& state) {
  const auto& lists = network_.lists();
  lists_.moments.clear();
  const auto& moments = rule_ == nullptr ? std::vector<std::vector<float>>{} : state.optimizer.moments;
  for (const auto& moment : moments) {
    lists_.moments.push_back(at::zeros_like(lists_.weights));
    lists.layout().up(moment, lists_.moments.back());
  }
  if (params_.ema_decay > 0) {
    average_ = at::zeros_like(lists_.weights);
    average_buffers_ = at::zeros_like(lists.device_buffers());
    lists.layout().up(state.average.parameters, average_);
    lists.buffer_layout().up(state.average.buffers, average_buffers_);
  }
  if (rule_ == nullptr) host_state_ = state.optimizer;
  step_count_ = one_number(static_cast<double>(state.optimizer.step), at::kDouble, lists.device());
  if (state.loss_scale) {
    scale_ = one_number(state.loss_scale->scale, at::kFloat, lists.device());
    good_steps_ = one_number(static_cast<double>(state.loss_scale->good_steps), at::kFloat, lists.device());
  }
}

void ResidentState::fetch(TrainState& state) const {
  const auto& lists = network_.lists();
  network_.from_device();
  if (rule_ == nullptr) state.optimizer.moments = host_state_.moments;
  for (std::size_t i = 0; i < lists_.moments.size(); ++i)
    lists.layout().down(lists_.moments[i], state.optimizer.moments[i]);
  if (params_.ema_decay == 0) return;
  lists.layout().down(average_, state.average.parameters);
  lists.buffer_layout().down(average_buffers_, state.average.buffers);
}

void ResidentState::wait() const {
  step_count_.item<double>();
}

at::Tensor ResidentState::scaled(const at::Tensor& seed) const {
  return scale_.defined() ? seed * scale_ : seed;
}

at::Tensor ResidentState::move(double factor, const at::Tensor& rate, double rate_of_host) {
  const at::NoGradGuard no_gradients;
  const auto& gradients = lists_.gradients;
  if (factor != 1) gradients.mul_(factor);
  if (scale_.defined()) gradients.mul_(scale_.reciprocal());
  const auto norm = at::linalg_vector_norm(gradients);
  auto norms = norm.view({1});
  if (params_.track_gradients) norms = at::cat({norms, by_weight_.norms(gradients)});
  const auto finite = scale_.defined() ? norm.lt(std::numeric_limits<float>::infinity()) : at::Tensor();
  clip(norm);
  finite.defined() ? step_count_.add_(finite) : step_count_.add_(1);
  if (rule_ != nullptr) {
    move_weights(rate, finite);
  } else if (!finite.defined() || finite.item<bool>()) {
    move_on_host(rate_of_host);
  }
  network_.lists().refresh();
  if (params_.ema_decay > 0) move_average(finite);
  if (finite.defined()) move_scale(finite);
  return norms;
}

void ResidentState::clip(const at::Tensor& norm) {
  const auto& [value, local, global] = params_.clip;
  const auto& gradients = lists_.gradients;
  if (value) gradients.clamp_(-*value, *value);
  if (local) gradients.mul_(by_weight_.spread(factor_to(*local, by_weight_.norms(gradients))));
  if (global) gradients.mul_(factor_to(*global, value || local ? at::linalg_vector_norm(gradients) : norm));
}

void ResidentState::move_weights(const at::Tensor& rate, const at::Tensor& finite) {
  if (!finite.defined()) return rule_->step(lists_, rate, step_count_);
  UpdatedLists before{lists_.weights.clone(), lists_.gradients, {}};
  for (const auto& moment : lists_.moments) before.moments.push_back(moment.clone());
  rule_->step(lists_, rate, step_count_);
  const auto keep = [&](const at::Tensor& now, const at::Tensor& old) {
    now.copy_(at::where(finite, now, old));
  };
  keep(lists_.weights, before.weights);
  for (std::size_t i = 0; i < before.moments.size(); ++i) keep(lists_.moments[i], before.moments[i]);
}

void ResidentState::move_on_host(double rate) {
  const auto& layout = network_.lists().layout();
  layout.down(lists_.gradients, network_.gradients());
  layout.down(lists_.weights, network_.parameters());
  const auto runs = optimizer_.whole_tensors() ? tensors_ : merged(tensors_);
  optimizer_.step(network_.parameters(), network_.gradients(), runs, rate, host_state_);
  layout.up(network_.parameters(), lists_.weights);
}

void ResidentState::move_average(const at::Tensor& finite) {
  // The share is 1 - min(decay, (1 + steps) / (10 + steps)).
  auto share = (step_count_ + 10).reciprocal_().mul_(9).clamp_min_(1 - params_.ema_decay).to(at::kFloat);
  if (finite.defined()) share = share * finite;
  average_.lerp_(lists_.weights, share);
  const auto& lists = network_.lists();
  const auto counters = lists.buffer_layout().last_part();
  const auto &buffers = lists.device_buffers(), &all = average_buffers_;
  all.narrow(0, 0, counters).lerp_(buffers.narrow(0, 0, counters), share);
  const auto rest = all.numel() - counters;
  auto counted = all.narrow(0, counters, rest);
  const auto now = buffers.narrow(0, counters, rest);
  counted.copy_(finite.defined() ? at::where(finite, now, counted) : now);
}

void ResidentState::move_scale(const at::Tensor& finite) {
  // The rule is that of `LossScale::update`.
  constexpr double steps_to_double = LossScale::steps_to_double;
  good_steps_.add_(1).mul_(finite);
  const auto grows = good_steps_ >= steps_to_double;
  scale_.copy_(at::where(finite, scale_, scale_ / 2));
  scale_.copy_(at::where(grows, scale_ * 2, scale_));
  good_steps_.mul_(good_steps_.lt(steps_to_double));
}

ResidentState::Averaged::Averaged(ResidentState& state)
    : state_(state),
      parameters_(state.lists_.weights.clone()),
      buffers_(state.network_.lists().device_buffers().clone()) {
  compute_with(state.average_, state.average_buffers_);
}
ResidentState::Averaged::~Averaged() {
  try {
    compute_with(parameters_, buffers_);
  } catch (const c10::Error&) {  // reported where the device failed
  }
}
void ResidentState::Averaged::compute_with(const at::Tensor& parameters, const at::Tensor& buffers) {
  auto& lists = state_.network_.lists();
  lists.device_parameters().copy_(parameters);
  lists.device_buffers().copy_(buffers);
  lists.refresh();
}

}  // namespace fovea
