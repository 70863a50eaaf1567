#include "stages/model/torch_setup.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <malloc.h>

#include <climits>
#include <new>
#include <string>

#include "graph/error.hpp"
#include "stages/model/numerics.hpp"

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

void compute_repeatably(bool repeatable) {
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(repeatable, false);
  context.setDeterministicCuDNN(repeatable);
  context.setBenchmarkCuDNN(!repeatable);
}

bool set_up() {
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
  at::set_num_threads(compute_threads());
  compute_repeatably(true);
  leave_memory_unfilled(at::globalContext());
  return true;
}

/// The first line of what LibTorch says, or what to do where memory is short or nothing repeats.
Error readable(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  const auto tells = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (tells("allocate memory") || tells("out of memory"))
    return Error("there is not enough memory; lower \"batch_size\"");
  if (const auto end = text.find(", but you set 'torch.use_deterministic_algorithms");
      end != std::string::npos)
    return Error("LibTorch: " + text.substr(0, end) + "; set \"deterministic\" to false");
  return Error("LibTorch: " + text.substr(0, text.find('\n')));
}

}  // namespace

void with_torch(const std::function<void()>& body) {
  [[maybe_unused]] static const bool done = set_up();
  try {
    body();
  } catch (const c10::Error& error) {
    throw readable(error);
  } catch (const std::bad_alloc&) {
    throw Error("there is not enough memory; lower \"batch_size\"");
  }
}

Repeatable::Repeatable(bool repeatable) : before_(at::globalContext().deterministicAlgorithms()) {
  compute_repeatably(repeatable);
}
Repeatable::~Repeatable() {
  compute_repeatably(before_);
}

void on_all_threads(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body) {
  at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end) {
    body(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  });
}

}  // namespace fovea
