#pragma once

#include <string>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// How many threads LibTorch computes with: FOVEA_COMPUTE_THREADS, or else one for each core. The number is
/// part of the cache key of stages that train, because sums are added in another order with another number.
/// Throws `Error` where the variable is not a number from 1 to 1024.
int compute_threads();

/// Whether the CPU multiplies bf16 matrices by itself (AVX512-BF16 or AMX).
bool cpu_has_bf16();

/// What decides the last digits of everything that LibTorch computes there: its version, threads, the CPU's
/// vector instructions, and the model of a CUDA device, which computes equally under any number.
std::string numerics(const ComputeDevice& device);

/// Sets what LibTorch and its OpenMP team read only once, when they are loaded; must be called before that.
void prepare_numerics();

}  // namespace fovea
