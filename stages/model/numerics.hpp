#pragma once

#include "graph/graph.hpp"

#include "stages/model/compute_device.hpp"

namespace fovea {

/// Returns the number of LibTorch's threads: FOVEA_COMPUTE_THREADS, or else the number of cores, and at most
/// OMP_THREAD_LIMIT. It is part of the numerics, because it decides the order of sums. Throws `Error` where
/// the variable is not a number from 1 to 1024, or above the limit.
int compute_threads();

/// Returns whether oneDNN multiplies bf16 where a variable such as ONEDNN_MAX_CPU_ISA limits it to these
/// instructions, as "AVX2"; "" is no limit.
bool has_bf16_with(std::string highest_instructions);

/// Returns whether the CPU has instructions for bf16 matrices (AVX512-BF16 or AMX).
bool cpu_has_bf16();

/// Returns what decides the last digits of LibTorch's results, by name: its version, its BLAS, threads, the
/// CPU and its vector instructions, the model and libraries of a CUDA device (but not its number), and
/// variables that choose other instructions. Throws `Error` where such a variable asks for missing
/// instructions.
Json numerics(const ComputeDevice& device);
/// Returns the numerics of one node, with the precision that "auto" resolves to.
Json numerics(const Node& node, const ComputeDevice& device);
/// Throws `Error` where a node's stage can't compute on the device in its precision.
void expect_can_run(const Node& node, const ComputeDevice& device);

/// Sets the variables that LibTorch, OpenMP and other libraries read once when they are loaded, so that the
/// environment changes no result; must be called before that.
void prepare_numerics();

}  // namespace fovea
