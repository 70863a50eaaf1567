#include "stages/model/torch/flat_list.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

#include "runtime/ceil_div.hpp"

namespace fovea {
namespace {

/// Returns the part of a list that a weight belongs to.
int part_of(const WeightInfo& weight) {
  switch (weight.role) {
    case WeightRole::weight:
      return 0;
    case WeightRole::bias:
      return 1;
    case WeightRole::norm:
      return 2;
    case WeightRole::buffer:
      return weight.shape.empty() ? 2 : 0;  // a counter, or a running statistic
  }
  return 0;
}

}  // namespace

FlatLayout::FlatLayout(const std::vector<WeightInfo>& weights, at::Device device, bool filters_last)
    : device_(device) {
  const bool apart = device != at::Device(at::kCPU);
  std::int64_t host_begin = 0;
  for (const auto& weight : weights) {
    slots_.push_back({.shape = {weight.shape.begin(), weight.shape.end()},
                      .count = weight.count(),
                      .host_begin = host_begin,
                      .filters_last = filters_last && !device.is_cpu() && weight.shape.size() == 4});
    host_begin += weight.count();
  }
  order_.resize(slots_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto part = [&](std::size_t i) { return part_of(weights[i]); };
  if (apart) std::ranges::stable_sort(order_, {}, part);
  last_part_ = -1;
  for (const auto i : order_) {
    if (apart && part(i) == 2 && last_part_ < 0) last_part_ = length_;
    slots_[i].begin = length_;
    length_ += apart ? rounded_up(slots_[i].count, unit) : slots_[i].count;
  }
  if (last_part_ < 0) last_part_ = length_;
}

at::Tensor FlatLayout::zeros() const {
  return at::zeros({length_}, at::TensorOptions(at::kFloat).device(device_));
}

at::Tensor FlatLayout::flat(const at::Tensor& list, std::size_t i) const {
  return list.narrow(0, slots_[i].begin, slots_[i].count);
}

at::Tensor FlatLayout::shaped(const at::Tensor& list, std::size_t i) const {
  return host_order(list, slots_[i]);
}

at::Tensor FlatLayout::as_laid(const at::Tensor& shaped, std::size_t i) const {
  return (slots_[i].filters_last ? shaped.permute({0, 2, 3, 1}) : shaped).reshape({-1});
}

at::Tensor FlatLayout::host_order(const at::Tensor& list, const Slot& slot) const {
  const auto part = list.narrow(0, slot.begin, slot.count);
  const auto& s = slot.shape;
  return slot.filters_last ? part.view({s[0], s[2], s[3], s[1]}).permute({0, 3, 1, 2}) : part.view(s);
}

at::Tensor FlatLayout::staging() const {
  return at::zeros({length_}, at::TensorOptions(at::kFloat).pinned_memory(device_.is_cuda()));
}

void FlatLayout::up(std::span<const float> host, const at::Tensor& list) const {
  const auto staged = staging();
  for (const auto& slot : slots_)
    host_order(staged, slot)
        .copy_(at::from_blob(const_cast<float*>(host.data()) + slot.host_begin, slot.shape, at::kFloat));
  list.copy_(staged);
}

void FlatLayout::down(const at::Tensor& list, std::span<float> host) const {
  const auto staged = staging();
  staged.copy_(list);
  for (const auto& slot : slots_)
    at::from_blob(host.data() + slot.host_begin, slot.shape, at::kFloat).copy_(host_order(staged, slot));
}

}  // namespace fovea
