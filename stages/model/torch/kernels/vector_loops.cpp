#include "stages/model/torch/kernels/vector_loops.hpp"

#include <cstdlib>
#include <string_view>

namespace fovea {

bool has_avx512([[maybe_unused]] bool bf16) {
#if defined(__x86_64__)
  const char* chosen = std::getenv("ATEN_CPU_CAPABILITY");
  if (chosen != nullptr && std::string_view(chosen) != "avx512") return false;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         (!bf16 || __builtin_cpu_supports("avx512bf16"));
#else
  return false;
#endif
}

}  // namespace fovea
