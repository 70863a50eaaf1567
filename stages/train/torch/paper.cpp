#include "stages/train/torch/paper.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace fovea {

Paper::Paper(std::int64_t lines, std::int64_t width, at::Device device) {
  constexpr std::int64_t most_bytes = std::int64_t{64} << 20;
  const auto count = std::clamp<std::int64_t>(most_bytes / (width * 4), 1, lines);
  const auto floats = at::TensorOptions(at::kFloat);
  line_ = at::zeros({width}, floats.device(device));
  lines_ = at::zeros({count, width}, floats.device(device));
  here_ = at::zeros({count, width}, floats.pinned_memory(device.is_cuda()));
}

void Paper::keep() {
  lines_.select(0, kept_++).copy_(line_);
}

std::span<const float> Paper::read() {
  const auto count = std::exchange(kept_, 0);
  auto here = here_.narrow(0, 0, count);
  here.copy_(lines_.narrow(0, 0, count));
  return {here.data_ptr<float>(), static_cast<std::size_t>(here.numel())};
}

}  // namespace fovea
