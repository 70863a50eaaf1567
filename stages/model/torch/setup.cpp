#include "stages/model/torch/setup.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <malloc.h>
#include <omp.h>

#include <climits>
#include <new>
#include <regex>
#include <string>

#include "graph/error.hpp"
#include "runtime/threads.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// Turns off the filling of fresh memory with NaN, which LibTorch 2 does with deterministic algorithms: it
/// costs time and finds nothing here.
template <class Context> void leave_memory_unfilled(Context& context) {
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

void allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
}

/// Checks once that OpenMP gives LibTorch the expected number of threads: with fewer it gives other numbers,
/// or hangs.
void expect_team(int threads) {
  expect_threads(static_cast<std::size_t>(threads) - 1);
  omp_set_dynamic(0);
  int given = 1;
#pragma omp parallel num_threads(threads)
  {
#pragma omp single
    given = omp_get_num_threads();
  }
  if (given == threads) return;
  throw Error("OpenMP gives " + std::to_string(given) + " of " + std::to_string(threads) +
              " threads; unset OMP_DYNAMIC, OMP_THREAD_LIMIT and OMP_MAX_ACTIVE_LEVELS, or set "
              "FOVEA_COMPUTE_THREADS to " +
              std::to_string(given));
}

bool set_up() {
  expect_team(compute_threads());
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
  at::set_num_threads(compute_threads());
  compute_repeatably(true);
  allow_tf32(false);
  leave_memory_unfilled(at::globalContext());
  return true;
}

/// Describes a shortage of GPU memory from LibTorch's message: "a GPU's memory is too small (2.50 GiB more
/// were asked for, and of 79.10 GiB 1.20 GiB are free)".
std::string about_gpu_memory(const std::string& text) {
  static const std::regex words(
      "CUDA out of memory.*Tried to allocate ([0-9.]+ [KMGT]iB).*total capacity of ([0-9.]+ [KMGT]iB) of "
      "which "
      "([0-9.]+ (?:bytes|[KMGT]iB)) is free");
  std::smatch found;
  if (!std::regex_search(text, found, words)) return "a GPU's memory is too small";
  return "a GPU's memory is too small (" + found[1].str() + " more were asked for, and of " + found[2].str() +
         " " + found[3].str() + " are free)";
}

/// Throws LibTorch's error in one line, with advice where memory is short or an operation is not repeatable.
[[noreturn]] void throw_readable(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  const auto tells = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (tells("CUDA out of memory")) {
    throw OutOfMemory(
        about_gpu_memory(text) +
        "; lower \"batch_size\" (with as many more \"accumulate_steps\" training is much the same), set "
        "\"gradient_checkpointing\", or \"step_graph\": false");
  }
  if (tells("allocate memory") || tells("out of memory"))
    throw OutOfMemory("there is not enough memory; lower \"batch_size\"");
  if (const auto end = text.find(", but you set 'torch.use_deterministic_algorithms");
      end != std::string::npos)
    throw Error("LibTorch: " + text.substr(0, end) + "; set \"deterministic\" to false");
  throw Error("LibTorch: " + text.substr(0, text.find('\n')));
}

/// Returns whether oneDNN has no implementation of an operation for the CPU or its allowed instructions.
bool is_not_there(const std::exception& error) {
  return std::string_view(error.what()).find("could not create a primitive") != std::string_view::npos;
}

}  // namespace

void with_torch(const std::function<void()>& body) {
  [[maybe_unused]] static const bool done = set_up();
  try {
    body();
  } catch (const c10::Error& error) {
    throw_readable(error);
  } catch (const std::bad_alloc&) {
    throw OutOfMemory("there is not enough memory; lower \"batch_size\"");
  } catch (const std::exception& error) {
    if (!is_not_there(error)) throw;
    throw Error("LibTorch: " + std::string(error.what()) +
                "; set \"precision\" to \"fp32\", or unset ONEDNN_MAX_CPU_ISA where it is set");
  }
}

Repeatable::Repeatable(bool repeatable) : before_(at::globalContext().deterministicAlgorithms()) {
  compute_repeatably(repeatable);
}
Repeatable::~Repeatable() {
  compute_repeatably(before_);
}

AllowTf32::AllowTf32(bool allowed) {
  allow_tf32(allowed);
}
AllowTf32::~AllowTf32() {
  allow_tf32(false);
}

void on_all_threads(std::size_t count, const std::function<void(std::size_t, std::size_t)>& body) {
  at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end) {
    body(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  });
}

}  // namespace fovea
