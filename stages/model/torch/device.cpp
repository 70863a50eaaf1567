#include "stages/model/torch/device.hpp"

#include <ATen/Context.h>
#include <dlfcn.h>

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
  // Turns TF32 off, with which convolutions keep 10 of the 23 bits of their fp32 operands.
  at::globalContext().setAllowTF32CuDNN(false);
  return true;
}

}  // namespace

at::Device torch_device(const ComputeDevice& device) {
  if (device.is_cuda()) {
    [[maybe_unused]] static const bool loaded = load_cuda();
  }
  return at::Device(device.name);
}

}  // namespace fovea
