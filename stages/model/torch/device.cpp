#include "stages/model/torch/device.hpp"

#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>
#define FOVEA_COUNTS_DEVICE_MEMORY \
  (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 11))
#if FOVEA_COUNTS_DEVICE_MEMORY
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include "graph/error.hpp"
#include "stages/model/torch_library.hpp"

namespace fovea {
namespace {

/// Loads LibTorch's CUDA library, which registers itself and stays loaded.
bool load_cuda() {
  const auto file = cuda_library();
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    throw Error("LibTorch's CUDA does not load (" + std::string(dlerror()) +
                "); mend its installation, or set the device to \"cpu\"");
  }
  return true;
}

}  // namespace

at::Device torch_device(const ComputeDevice& device) {
  if (device.is_cuda()) {
    [[maybe_unused]] static const bool loaded = load_cuda();
  }
  return at::Device(device.name);
}

#if FOVEA_COUNTS_DEVICE_MEMORY
void count_peak_memory(at::Device device) {
  if (device.is_cuda()) at::getDeviceAllocator(device.type())->resetPeakStats(device.index());
}
std::optional<std::int64_t> peak_memory(at::Device device) {
  if (!device.is_cuda()) return {};
  const auto all = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
  return all.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
}
#else
void count_peak_memory(at::Device) {}
std::optional<std::int64_t> peak_memory(at::Device) {
  return {};
}
#endif

}  // namespace fovea
