#include "stages/model/torch/network_weights.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

namespace fovea {
namespace {

std::vector<WeightInfo> select(const NetworkInfo& info, bool buffers) {
  auto some = info.weights();
  std::erase_if(some,
                [&](const WeightInfo& weight) { return (weight.role == WeightRole::buffer) != buffers; });
  return some;
}

std::span<float> numbers_of(const at::Tensor& list) {
  return {list.data_ptr<float>(), static_cast<std::size_t>(list.numel())};
}

}  // namespace

NetworkWeights::NetworkWeights(const NetworkInfo& info, at::Device device, Bind bind)
    : device_(device),
      apart_(device != at::Device(at::kCPU)),
      bind_(std::move(bind)),
      parameter_layout_(select(info, false), device, bind_ == nullptr),
      buffer_layout_(select(info, true), device),
      parameters_(FlatLayout(select(info, false), at::kCPU).zeros()),
      gradients_(FlatLayout(select(info, false), at::kCPU).zeros()),
      buffers_(FlatLayout(select(info, true), at::kCPU).zeros()),
      device_parameters_(apart_ ? parameter_layout_.zeros() : parameters_),
      device_buffers_(apart_ ? buffer_layout_.zeros() : buffers_) {
  std::size_t buffer = 0;
  for (const auto& weight : info.weights()) {
    if (weight.role == WeightRole::buffer) {
      views_.push_back(bound(views_.size(), buffer_layout_.shaped(device_buffers_, buffer++).detach()));
    } else {
      parameter_views_.push_back(views_.size());
      views_.emplace_back();
    }
  }
  compute_in(at::kFloat);
}

at::Tensor NetworkWeights::bound(std::size_t number, const at::Tensor& view) const {
  return bind_ ? bind_(number, view) : view;
}

std::span<float> NetworkWeights::parameters() const {
  return numbers_of(parameters_);
}
std::span<float> NetworkWeights::gradients() const {
  return numbers_of(gradients_);
}
std::span<float> NetworkWeights::buffers() const {
  return numbers_of(buffers_);
}

void NetworkWeights::up() {
  if (!apart_) return;
  parameter_layout_.up(parameters(), device_parameters_);
  buffer_layout_.up(buffers(), device_buffers_);
  refresh();
}

void NetworkWeights::down() {
  if (!apart_) return;
  parameter_layout_.down(device_parameters_, parameters());
  buffer_layout_.down(device_buffers_, buffers());
}

void NetworkWeights::begin_pass(at::ScalarType type, bool training) {
  if (!apart_) return;
  if (cast_.scalar_type() != type) compute_in(type);
  const auto counters = buffer_layout_.last_part();
  if (!training) return;
  const auto all = device_buffers_.narrow(0, counters, buffer_layout_.length() - counters);
  counting_.defined() ? all.add_(counting_) : all.add_(1);
}

void NetworkWeights::compute_in(at::ScalarType type) {
  const auto& layout = parameter_layout_;
  cast_ = apart_ ? device_parameters_.narrow(0, 0, layout.last_part()).to(type) : device_parameters_;
  for (std::size_t i = 0; i < parameter_views_.size(); ++i) {
    const bool is_norm = layout.begin(i) >= layout.last_part();
    auto& view = views_[parameter_views_[i]];
    const bool learns = frozen_.empty() || !frozen_[parameter_views_[i]];
    view = bound(parameter_views_[i], layout.shaped(is_norm ? device_parameters_ : cast_, i).detach());
    view.requires_grad_(learns).mutable_grad().reset();
    if (!apart_ && learns) view.mutable_grad() = layout.shaped(gradients_, i).detach();
  }
}

void NetworkWeights::freeze(const std::vector<bool>& frozen) {
  frozen_ = frozen;
  compute_in(cast_.scalar_type());
  counting_.reset();
  if (!apart_ || frozen.empty()) return;
  auto moving = buffer_layout_.zeros().add_(1);
  std::size_t buffer = 0, parameter = 0;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (parameter < parameter_views_.size() && parameter_views_[parameter] == i) {
      ++parameter;
    } else if (frozen[i]) {
      buffer_layout_.flat(moving, buffer++).zero_();
    } else {
      ++buffer;
    }
  }
  const auto counters = buffer_layout_.last_part();
  counting_ = moving.narrow(0, counters, buffer_layout_.length() - counters).clone();
}

void NetworkWeights::refresh() {
  const at::NoGradGuard no_gradients;
  if (cast_.scalar_type() != at::kFloat) cast_.copy_(device_parameters_.narrow(0, 0, cast_.numel()));
}

void NetworkWeights::forget_gradients() {
  for (const auto i : parameter_views_) views_[i].mutable_grad().reset();
}

void NetworkWeights::take_gradients(const at::Tensor& list, bool add) {
  const at::NoGradGuard no_gradients;
  const auto& layout = parameter_layout_;
  std::size_t norms = 0;
  while (norms < layout.weights() && layout.begin(layout.order()[norms]) < layout.last_part()) ++norms;
  const auto take = [&](std::int64_t from, std::int64_t to, const std::vector<at::Tensor>& pieces) {
    auto part = list.narrow(0, from, to - from);
    if (pieces.empty()) return;
    if (!add && pieces[0].scalar_type() == at::kFloat) return void(at::cat_out(part, pieces));
    add ? part.add_(at::cat(pieces)) : part.copy_(at::cat(pieces));
  };
  take(0, layout.last_part(), gradients_of(0, norms, cast_.scalar_type()));
  take(layout.last_part(), layout.length(), gradients_of(norms, layout.weights(), at::kFloat));
}

std::vector<at::Tensor> NetworkWeights::gradients_of(std::size_t from, std::size_t to, at::ScalarType type) {
  const auto& layout = parameter_layout_;
  const auto zeros = [&](std::int64_t count) {
    return at::zeros({count}, at::TensorOptions(type).device(device_));
  };
  auto& gap = type == at::kFloat ? gap_ : typed_gap_;
  if (!gap.defined() || gap.scalar_type() != type) gap = zeros(FlatLayout::unit);
  std::vector<at::Tensor> pieces;
  for (auto place = from; place < to; ++place) {
    const auto i = layout.order()[place];
    auto& gradient = views_[parameter_views_[i]].mutable_grad();
    pieces.push_back(gradient.defined() ? layout.as_laid(gradient, i) : zeros(layout.count(i)));
    gradient.reset();
    const auto rest = (FlatLayout::unit - layout.count(i) % FlatLayout::unit) % FlatLayout::unit;
    if (rest > 0) pieces.push_back(gap.narrow(0, 0, rest));
  }
  return pieces;
}

}  // namespace fovea
