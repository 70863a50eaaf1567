#include "stages/learn/torch_setup.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>

#include <climits>

#include "stages/learn/numerics.hpp"

namespace fovea {
namespace {

/// Filling fresh memory with NaN, as LibTorch 2 does with repeatable algorithms, costs time and finds nothing
/// here.
template <class Context>
void leave_memory_unfilled(Context& context) {
  if constexpr (requires { context.setDeterministicFillUninitializedMemory(false); }) {
    context.setDeterministicFillUninitializedMemory(false);
  }
}

bool set_up() {
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
  at::set_num_threads(compute_threads());
  at::globalContext().setDeterministicAlgorithms(true, false);
  leave_memory_unfilled(at::globalContext());
  return true;
}

}  // namespace

void set_up_torch() {
  [[maybe_unused]] static const bool done = set_up();
}

}  // namespace fovea
