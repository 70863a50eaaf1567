#include "stages/model/compute_device.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>

#include "graph/error.hpp"
#include "runtime/free_memory.hpp"
#include "stages/model/numerics.hpp"
#include "stages/model/torch_library.hpp"

namespace fovea {
namespace {

/// Calls of the CUDA driver (CUDA Driver API, cuda.h). Functions are looked up by name, so that Fovea builds
/// and starts without CUDA; they return 0 on success.
class Driver {
 public:
  explicit Driver(const char* library) : library_(dlopen(library, RTLD_NOW | RTLD_LOCAL)) {}

  template <class... Arguments> bool call(const char* name, Arguments... arguments) const {
    void* found = library_ == nullptr ? nullptr : dlsym(library_, name);
    return found != nullptr && reinterpret_cast<int (*)(Arguments...)>(found)(arguments...) == 0;
  }

 private:
  void* library_;  ///< never unloaded, as LibTorch will use it
};

ComputeDevice cuda_device(const Driver& driver, int number) {
  constexpr int compute_capability_major = 75, first_with_bf16 = 8;
  int handle = 0, major = 0;
  char model[256] = "";
  const bool known = driver.call("cuDeviceGet", &handle, number) &&
                     driver.call("cuDeviceGetName", &model[0], int{sizeof model}, handle) &&
                     driver.call("cuDeviceGetAttribute", &major, compute_capability_major, handle);
  if (!known) throw Error("the CUDA driver does not describe device " + std::to_string(number));
  return {"cuda:" + std::to_string(number), model, major >= first_with_bf16, true};
}

bool is_device_name(const std::string& text) {
  constexpr std::string_view numbered = "cuda:";
  if (!text.starts_with(numbered)) return text == "cpu" || text == "cuda";
  const auto number = text.substr(numbered.size());
  return !number.empty() &&
         std::all_of(number.begin(), number.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string what_there_is(const Cuda& cuda) {
  if (!cuda.in_libtorch) return "this LibTorch is built without CUDA";
  if (cuda.devices.empty()) return "there is no CUDA device";
  std::vector<std::string> names;
  for (const auto& device : cuda.devices) names.push_back(device.name);
  const auto count = std::to_string(names.size());
  return (names.size() == 1 ? "there is 1 CUDA device, " : "there are " + count + " CUDA devices, ") +
         join(names, ", ");
}

}  // namespace

ComputeDevice the_cpu() {
  return {"cpu", "", cpu_has_bf16()};
}

std::vector<ComputeDevice> devices_of(const char* library) {
  const Driver driver(library);
  int count = 0;
  if (!driver.call("cuInit", 0U) || !driver.call("cuDeviceGetCount", &count)) return {};
  std::vector<ComputeDevice> all;
  for (int number = 0; number < count; ++number) all.push_back(cuda_device(driver, number));
  return all;
}

std::optional<std::int64_t> free_memory_of(const ComputeDevice& device, const char* library) {
  if (!device.is_cuda()) return free_memory();
  const Driver driver(library);
  int handle = 0;
  void *context = nullptr, *before = nullptr;
  std::size_t free = 0, whole = 0;
  const auto number = std::stoi(device.name.substr(device.name.find(':') + 1));
  if (!driver.call("cuInit", 0U) || !driver.call("cuDeviceGet", &handle, number) ||
      !driver.call("cuDevicePrimaryCtxRetain", &context, handle)) {
    return {};
  }
  const bool known = driver.call("cuCtxPushCurrent_v2", context) &&
                     driver.call("cuMemGetInfo_v2", &free, &whole) &&
                     driver.call("cuCtxPopCurrent_v2", &before);
  driver.call("cuDevicePrimaryCtxRelease_v2", handle);
  if (!known) return {};
  return static_cast<std::int64_t>(free);
}

const Cuda& cuda_here() {
  static const Cuda here =
      cuda_library().empty() ? Cuda{.in_libtorch = false} : Cuda{true, devices_of("libcuda.so.1")};
  return here;
}

ComputeDevice compute_device(const std::string& asked, const Cuda& cuda) {
  const bool usable = cuda.in_libtorch && !cuda.devices.empty();
  if (asked == "auto") return usable ? cuda.devices.front() : the_cpu();
  if (asked == "cpu") return the_cpu();
  if (!is_device_name(asked))
    throw Error(quote(asked) + " is not allowed; it must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\"");
  const auto name = asked == "cuda" ? "cuda:0" : asked;
  for (const auto& device : cuda.devices) {
    if (usable && device.name == name) return device;
  }
  throw Error(quote(asked) + " is asked for, but " + what_there_is(cuda) + "; set " +
              (usable ? quote(cuda.devices.front().name) + ", " : "") + "\"cpu\" or \"auto\"");
}

ComputeDevice compute_device(const std::string& asked) {
  return compute_device(asked, asked == "cpu" ? Cuda{} : cuda_here());
}

}  // namespace fovea
