#include "stages/model/export_onnx.hpp"

#include <dlfcn.h>

namespace fovea {
namespace {

using Write = void (*)(const Model&, const std::filesystem::path&, const OnnxInput&);

/// Beside the library that contains this code. What it links comes before what is loaded already: some
/// LibTorch show protocol buffers of their own to all.
Write loaded() {
#ifdef __SANITIZE_ADDRESS__
  constexpr int first_its_own = 0;
#else
  constexpr int first_its_own = RTLD_DEEPBIND;
#endif
  Dl_info here{};
  dladdr(reinterpret_cast<const void*>(&write_onnx), &here);
  const auto file = std::filesystem::path(here.dli_fname).parent_path() / "libfovea_onnx.so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | first_its_own);
  if (library == nullptr)
    throw Error(file.string() + ": does not load (" + dlerror() + "); install libonnx1");
  void* entry = dlsym(library, "fovea_write_onnx");
  if (entry == nullptr) throw Error(file.string() + ": is of another Fovea; build both together");
  return reinterpret_cast<Write>(entry);
}

}  // namespace

void write_onnx(const Model& model, const std::filesystem::path& file, const OnnxInput& input) {
  static const Write write = loaded();
  write(model, file, input);
}

}  // namespace fovea
