#include "stages/model/numerics.hpp"

#include <cpuid.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "graph/error.hpp"
#include "stages/model/blas.hpp"
#include "stages/model/cuda_versions.hpp"
#include "stages/model/precision.hpp"

namespace fovea {
namespace {

/// Returns the best vector level of the CPU in LibTorch's notation.
const char* capability() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    return "avx512";
  }
  return __builtin_cpu_supports("avx2") ? "avx2" : "default";
}

/// Returns maker, family and model of the CPU, "AuthenticAMD 25.17": OpenBLAS and oneDNN choose their loops
/// by them.
std::string cpu_model() {
  unsigned int a = 0, b = 0, c = 0, d = 0;
  char maker[13] = "";
  if (__get_cpuid(0, &a, &b, &c, &d) == 0) return "unknown";
  std::memcpy(&maker[0], &b, 4);
  std::memcpy(&maker[4], &d, 4);
  std::memcpy(&maker[8], &c, 4);
  __get_cpuid(1, &a, &b, &c, &d);
  const auto family = (a >> 8 & 15) + (a >> 20 & 255), model = (a >> 4 & 15) + (a >> 12 & 240);
  return std::string(maker) + " " + std::to_string(family) + "." + std::to_string(model);
}

/// Returns the number of cores. It is determined once, before OpenMP binds its threads, as the main thread
/// has one core from then on.
int usable_cores() {
  static const int cores = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  }();
  return cores;
}

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

/// Returns the integer in a text, or nothing.
std::optional<int> number_of(const std::string& text) {
  int number = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  return failed == std::errc{} && end == last ? std::optional(number) : std::nullopt;
}

/// Returns the vector level that LibTorch is told to use.
std::string vector_level() {
  constexpr std::array levels{"default", "avx2", "avx512"};
  const auto asked = environment("ATEN_CPU_CAPABILITY");
  if (asked.empty()) return capability();
  const auto level = std::find(levels.begin(), levels.end(), asked);
  const auto best = std::find(levels.begin(), levels.end(), std::string_view(capability()));
  if (level <= best && level != levels.end()) return asked;
  throw Error("ATEN_CPU_CAPABILITY: " + quote(asked) +
              (level == levels.end()
                   ? " is not allowed; it must be \"default\", \"avx2\" or \"avx512\""
                   : " is more than this CPU has; set " + quote(*best) + ", or leave it out"));
}

/// Variables that change how a library computes and may be set for a reason: they count as numerics.
constexpr const char* told_variables[] = {"ONEDNN_MAX_CPU_ISA",
                                          "DNNL_MAX_CPU_ISA",
                                          "ONEDNN_CPU_ISA_HINTS",
                                          "DNNL_CPU_ISA_HINTS",
                                          "OPENBLAS_CORETYPE",
                                          "MKL_ENABLE_INSTRUCTIONS",
                                          "MKL_CBWR"};

/// Variables that would make OpenMP or a library give other numbers than these settings mean; each with the
/// value that replaces it, or null to unset it.
constexpr std::pair<const char*, const char*> overruled_variables[] = {
    {"OMP_DYNAMIC", "false"},
    {"OMP_NESTED", nullptr},
    {"OMP_MAX_ACTIVE_LEVELS", nullptr},
    {"OMP_STACKSIZE", nullptr},
    {"GOMP_STACKSIZE", nullptr},
    {"MKL_DYNAMIC", "false"},
    {"ONEDNN_DEFAULT_FPMATH_MODE", nullptr},
    {"DNNL_DEFAULT_FPMATH_MODE", nullptr},
    {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", nullptr},
    {"NVIDIA_TF32_OVERRIDE", nullptr}};

}  // namespace

int compute_threads() {
  const auto text = environment("FOVEA_COMPUTE_THREADS");
  const auto asked = number_of(text);
  if (!text.empty() && (!asked || *asked < 1 || *asked > 1024)) {
    throw Error("FOVEA_COMPUTE_THREADS: " + quote(text) +
                " is not allowed; it must be a number from 1 to 1024");
  }
  const auto limit = number_of(environment("OMP_THREAD_LIMIT"));
  const bool limited = limit && *limit > 0;
  if (!asked) return limited ? std::min(usable_cores(), *limit) : usable_cores();
  if (!limited || *asked <= *limit) return *asked;
  throw Error("OMP_THREAD_LIMIT: allows " + std::to_string(*limit) + " of the " + text +
              " threads that FOVEA_COMPUTE_THREADS asks for; raise the one or lower the other");
}

bool has_bf16_with(std::string highest_instructions) {
  auto& text = highest_instructions;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  return !(text.starts_with("sse") || text.starts_with("avx")) || has("bf16") || has("fp16") || has("amx") ||
         has("avx10");
}

bool cpu_has_bf16() {
  static const bool has = __builtin_cpu_supports("avx512bf16") &&
                          has_bf16_with(environment("ONEDNN_MAX_CPU_ISA")) &&
                          has_bf16_with(environment("DNNL_MAX_CPU_ISA"));
  return has;
}

Json numerics(const ComputeDevice& device) {
  Json all = Json::object();
  if (device.is_cuda()) {
    all["cuda"] = device.model;
    all.update(cuda_versions_here());
  }
  all["threads"] = compute_threads();
  all["libtorch"] = FOVEA_TORCH_VERSION;
  if (const auto& blas = blas_here().name; !blas.empty()) all["blas"] = blas;
  all["vectors"] = vector_level();
  if (cpu_has_bf16()) all["bf16"] = __builtin_cpu_supports("amx-bf16") ? "amx" : "avx512";
  all["cpu"] = cpu_model();
  for (const char* name : told_variables) {
    if (const auto value = environment(name); !value.empty()) all[name] = value;
  }
  return all;
}

Json numerics(const Node& node, const ComputeDevice& device) {
  auto all = numerics(device);
  if (node.params.value("precision", Json()) == "auto")
    all["precision"] = name_of(precision_of("auto", device));
  return all;
}

void expect_can_run(const Node& node, const ComputeDevice& device) {
  const auto setting = node.params.value("precision", Json());
  if (!node.stage->library.empty() && setting.is_string()) precision_of(setting.get<std::string>(), device);
}

void prepare_numerics() {
  const auto threads = std::to_string(compute_threads());
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"})
    setenv(name, threads.c_str(), 1);
  for (const auto& [name, value] : overruled_variables) {
    if (value != nullptr) {
      setenv(name, value, 1);
    } else {
      unsetenv(name);
    }
  }
  // A long spin at barriers, the default, is up to ten times slower beside another busy program; a short spin
  // costs nothing on an idle machine.
  setenv("GOMP_SPINCOUNT", "5000", 0);
  setenv("ATEN_CPU_CAPABILITY", vector_level().c_str(), 1);
  // cuBLAS gives other sums from run to run without it, and LibTorch then refuses cuBLAS for repeatable
  // results (cuBLAS, section "Results reproducibility").
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
}

}  // namespace fovea
