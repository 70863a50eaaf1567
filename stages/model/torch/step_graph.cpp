#include "stages/model/torch/step_graph.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace fovea {
namespace {

/// Returns the folder of the library that contains this code.
std::filesystem::path own_folder() {
  Dl_info info{};
  dladdr(reinterpret_cast<const void*>(&step_graph), &info);
  return std::filesystem::path(info.dli_fname).parent_path();
}

}  // namespace

std::unique_ptr<StepGraph> step_graph(at::Device device) {
  if (!device.is_cuda()) return nullptr;
  static void* const library = dlopen((own_folder() / "libfovea_cuda.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
  const auto make = reinterpret_cast<StepGraph* (*)(int)>(dlsym(library, "fovea_cuda_graph"));
  return std::unique_ptr<StepGraph>(make == nullptr ? nullptr : make(device.index()));
}

}  // namespace fovea
