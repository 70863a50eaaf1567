#include "stages/model/numerics.hpp"

#include <sched.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "graph/error.hpp"

namespace fovea {
namespace {

/// The best vector level of the CPU in LibTorch's own words.
const char* capability() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return "avx512";
  }
  return __builtin_cpu_supports("avx2") ? "avx2" : "default";
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

int compute_threads() {
  const char* text = std::getenv("FOVEA_COMPUTE_THREADS");
  if (text == nullptr || *text == '\0') return usable_cores();
  int threads = 0;
  const auto [end, failed] = std::from_chars(text, text + std::strlen(text), threads);
  if (failed != std::errc{} || *end != '\0' || threads < 1 || threads > 1024) {
    throw Error("FOVEA_COMPUTE_THREADS: " + quote(text) +
                " is not allowed; it must be a number from 1 to 1024");
  }
  return threads;
}

bool cpu_has_bf16() {
  static const bool has = __builtin_cpu_supports("avx512bf16");
  return has;
}

std::string numerics(const ComputeDevice& device) {
  const char* chosen = std::getenv("ATEN_CPU_CAPABILITY");
  return std::string("libtorch " FOVEA_TORCH_VERSION ", ") + std::to_string(compute_threads()) +
         " threads, " + (chosen != nullptr ? chosen : capability()) + (cpu_has_bf16() ? ", bf16" : "") +
         (device.is_cuda() ? ", cuda " + device.model : "");
}

void prepare_numerics() {
  // A team that spins at its barriers for long, as it does by default, is up to ten times slower beside
  // another busy program; a short spin costs nothing on an idle machine.
  setenv("GOMP_SPINCOUNT", "5000", 0);
  setenv("ATEN_CPU_CAPABILITY", capability(), 0);
  // Without this cuBLAS gives other sums from run to run, and LibTorch refuses it where results are to repeat
  // (cuBLAS, section "Results reproducibility").
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
}

}  // namespace fovea
