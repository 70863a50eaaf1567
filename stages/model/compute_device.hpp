#pragma once

#include <string>
#include <vector>

namespace fovea {

/// Where LibTorch computes.
struct ComputeDevice {
  std::string name = "cpu";  ///< in LibTorch's words: "cpu", "cuda:1"
  std::string model{};       ///< of a CUDA device, as "NVIDIA H100 PCIe"
  bool has_bf16 = false;     ///< multiplies bf16 matrices by itself
  bool has_fp16 = false;     ///< LibTorch has every layer in fp16 there
  bool is_cuda() const { return name.starts_with("cuda"); }
};

/// The CPU, as it is here.
ComputeDevice the_cpu();

/// What CUDA offers.
struct Cuda {
  bool in_libtorch = false;  ///< whether LibTorch is built with it
  std::vector<ComputeDevice> devices{};
};

/// What CUDA offers here, as the build and the driver tell; LibTorch is not loaded for that.
const Cuda& cuda_here();

/// The CUDA devices that a driver library names; none where it is not there or does not start.
std::vector<ComputeDevice> devices_of(const char* driver);

/// The device that "auto", "cpu", "cuda" or "cuda:N" means: "auto" is the first of `cuda`, or else the CPU,
/// and "cuda" is "cuda:0". Throws `Error` that tells what there is where it is not there.
ComputeDevice compute_device(const std::string& asked, const Cuda& cuda);
/// The same with what is here.
ComputeDevice compute_device(const std::string& asked);

}  // namespace fovea
