#pragma once

#include "graph/graph.hpp"

#include "stages/model/compute_device.hpp"

namespace fovea {

/// How many threads LibTorch computes with: FOVEA_COMPUTE_THREADS, or else one for each core, and not more
/// than OMP_THREAD_LIMIT. The number is part of the numerics, because sums are added in another order with
/// another number. Throws `Error` where the variable is not a number from 1 to 1024, or above the limit.
int compute_threads();

/// Whether oneDNN multiplies bf16 where a variable such as ONEDNN_MAX_CPU_ISA allows it these instructions,
/// as "AVX2"; "" allows all.
bool has_bf16_with(std::string highest_instructions);

/// Whether the CPU multiplies bf16 matrices by itself (AVX512-BF16 or AMX).
bool cpu_has_bf16();

/// What decides the last digits of everything that LibTorch computes there, by name: its version, its BLAS,
/// threads, the CPU and its vector instructions, the model and libraries of a CUDA device, which computes
/// equally under any number, and variables by which a person chooses other instructions. Throws `Error` where
/// such a variable asks for what is not there.
Json numerics(const ComputeDevice& device);
/// The same for one node, with the precision that "auto" comes to.
Json numerics(const Node& node, const ComputeDevice& device);
/// Throws `Error` where a node's stage can't compute there in the precision that it is set to.
void expect_can_run(const Node& node, const ComputeDevice& device);

/// Sets what LibTorch, its OpenMP team and its libraries read only once, when they are loaded, so that the
/// environment changes no result; must be called before that.
void prepare_numerics();

}  // namespace fovea
