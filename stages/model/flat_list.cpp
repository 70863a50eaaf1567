#include "stages/model/flat_list.hpp"

#include <ATen/ops/zeros.h>

#include <cstring>
#include <numeric>

namespace fovea {

FlatList::FlatList(std::vector<std::int64_t> counts, at::Device device) : counts_(std::move(counts)) {
  constexpr std::int64_t unit = 256 / sizeof(float);
  const bool apart = device != at::Device(at::kCPU);
  std::int64_t length = 0;
  for (const auto count : counts_) {
    begins_.push_back(length);
    length += apart ? (count + unit - 1) / unit * unit : count;
  }
  const auto floats = at::TensorOptions(at::kFloat);
  host_ = at::zeros({std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0})}, floats);
  if (!apart) return;
  staged_ = at::zeros({length}, floats.pinned_memory(device.is_cuda()));
  there_ = at::zeros({length}, floats.device(device));
}

std::span<float> FlatList::host() const {
  return {host_.data_ptr<float>(), static_cast<std::size_t>(host_.numel())};
}

at::Tensor FlatList::weight(std::size_t i) const {
  return (there_.defined() ? there_ : host_).narrow(0, begins_[i], counts_[i]);
}

template <class Copy>
void FlatList::for_each(Copy copy) {
  auto* here = host_.data_ptr<float>();
  auto* const staged = staged_.data_ptr<float>();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    copy(here, staged + begins_[i], static_cast<std::size_t>(counts_[i]) * sizeof(float));
    here += counts_[i];
  }
}

void FlatList::up() {
  if (!there_.defined()) return;
  for_each([](const float* here, float* staged, std::size_t bytes) { std::memcpy(staged, here, bytes); });
  there_.copy_(staged_);
}

void FlatList::down() {
  if (!there_.defined()) return;
  staged_.copy_(there_);
  for_each([](float* here, const float* staged, std::size_t bytes) { std::memcpy(here, staged, bytes); });
}

void FlatList::clear_there() {
  if (there_.defined()) there_.zero_();
}

}  // namespace fovea
