#include "stages/model/torch/device_table.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace fovea {

DeviceTable::DeviceTable(std::int64_t rows, std::int64_t width, at::Device device) {
  constexpr std::int64_t most_bytes = std::int64_t{64} << 20;
  const auto count = std::clamp<std::int64_t>(most_bytes / (width * 4), 1, rows);
  const auto floats = at::TensorOptions(at::kFloat);
  row_ = at::zeros({width}, floats.device(device));
  rows_ = at::zeros({count, width}, floats.device(device));
  host_rows_ = at::zeros({count, width}, floats.pinned_memory(device.is_cuda()));
}

void DeviceTable::keep() {
  rows_.select(0, kept_++).copy_(row_);
}

std::span<const float> DeviceTable::read() {
  const auto count = std::exchange(kept_, 0);
  auto here = host_rows_.narrow(0, 0, count);
  here.copy_(rows_.narrow(0, 0, count));
  return {here.data_ptr<float>(), static_cast<std::size_t>(here.numel())};
}

}  // namespace fovea
