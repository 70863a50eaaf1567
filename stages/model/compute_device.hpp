#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// The device that LibTorch computes on.
struct ComputeDevice {
  std::string name = "cpu";  ///< in LibTorch's notation: "cpu", "cuda:1"
  std::string model{};       ///< of a CUDA device, as "NVIDIA H100 PCIe"
  bool has_bf16 = false;     ///< whether it has instructions for bf16 matrices
  bool has_fp16 = false;     ///< whether LibTorch has every layer in fp16 on it
  bool is_cuda() const { return name.starts_with("cuda"); }
};

/// Returns the CPU of this machine.
ComputeDevice the_cpu();

/// Returns the free memory of a CUDA device in bytes, or what this program may still take for the CPU;
/// nothing where that is not known.
std::optional<std::int64_t> free_memory_of(const ComputeDevice& device, const char* library = "libcuda.so.1");

/// The CUDA support of LibTorch and the machine.
struct Cuda {
  bool in_libtorch = false;  ///< whether LibTorch is built with it
  std::vector<ComputeDevice> devices{};
};

/// Returns the CUDA support here, from the build and the driver, without loading LibTorch.
const Cuda& cuda_here();

/// Returns the CUDA devices that a driver library reports; none where it is missing or does not start.
std::vector<ComputeDevice> devices_of(const char* driver);

/// Returns the device for "auto", "cpu", "cuda" or "cuda:N": "auto" is the first of `cuda`, or else the CPU,
/// and "cuda" is "cuda:0". Throws `Error` with the available devices where it is missing.
ComputeDevice compute_device(const std::string& asked, const Cuda& cuda);
/// Returns the device for `asked` with the CUDA support of this machine.
ComputeDevice compute_device(const std::string& asked);

}  // namespace fovea
