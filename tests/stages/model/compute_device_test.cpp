#include "stages/model/compute_device.hpp"

#include <sched.h>

#include <cstdlib>
#include <optional>
#include <thread>

#include "stages/model/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// A variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

const Cuda without{.in_libtorch = false};
const Cuda one_gpu{true, {{"cuda:0", "NVIDIA H100", true, true}}};
const Cuda two{true, {{"cuda:0", "Tesla T4", false, true}, {"cuda:1", "NVIDIA H100", true, true}}};

std::string refusal(const std::string& asked, const Cuda& cuda) {
  return error_of([&] { compute_device(asked, cuda); });
}

}  // namespace

TEST_CASE("device: auto is the first CUDA device where there is one_gpu, else the CPU") {
  CHECK(compute_device("auto", without).name == "cpu");
  CHECK(compute_device("auto", {true, {}}).name == "cpu");
  CHECK(compute_device("auto", {false, one_gpu.devices}).name == "cpu");
  CHECK(compute_device("auto", two).name == "cuda:0");
  CHECK(compute_device("cpu", two).name == "cpu");
  CHECK(compute_device("cuda", two).name == "cuda:0");
  CHECK(compute_device("cuda:1", two).model == "NVIDIA H100");
}

TEST_CASE("device: what is not there is refused, with what is") {
  CHECK(refusal("cuda:1", without) ==
        "\"cuda:1\" is asked for, but this LibTorch is built without CUDA; set \"cpu\" or \"auto\"");
  CHECK(refusal("cuda", {true, {}}) ==
        "\"cuda\" is asked for, but there is no CUDA device; set \"cpu\" or \"auto\"");
  CHECK(refusal("cuda:1", one_gpu) ==
        "\"cuda:1\" is asked for, but there is 1 CUDA device, cuda:0; set \"cuda:0\", \"cpu\" or \"auto\"");
  CHECK(refusal("cuda:2", two) ==
        "\"cuda:2\" is asked for, but there are 2 CUDA devices, cuda:0, cuda:1; set \"cuda:0\", \"cpu\" or "
        "\"auto\"");
}

TEST_CASE("device: another word is refused") {
  for (const char* word : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "CUDA"}) {
    INFO(word);
    CHECK(refusal(word, two) ==
          quote(word) + " is not allowed; it must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\"");
  }
}

TEST_CASE("device: the driver is asked for names and abilities") {
  const auto devices = devices_of(FOVEA_BINARY_DIR "/libfake_cuda_driver.so");
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].name == "cuda:0");
  CHECK(devices[0].model == "Tesla T4");
  CHECK_FALSE(devices[0].has_bf16);
  CHECK(devices[1].name == "cuda:1");
  CHECK(devices[1].model == "NVIDIA H100");
  CHECK(devices[1].has_bf16);
  CHECK((devices[0].has_fp16 && devices[1].has_fp16));
  CHECK_FALSE(the_cpu().has_fp16);
  CHECK(devices_of("libno_such_driver.so").empty());
}

TEST_CASE("device: the numerics of a CUDA device tell its model, and not its number") {
  CHECK_FALSE(numerics(the_cpu()).contains("cuda"));
  CHECK(numerics(one_gpu.devices[0]).at("cuda") == "NVIDIA H100");
  CHECK(numerics(one_gpu.devices[0]) == numerics(two.devices[1]));
  CHECK(numerics(two.devices[0]) != numerics(two.devices[1]));
}

TEST_CASE("numerics: OpenMP's limit is kept, and refused where more threads are asked for") {
  const Variable limit("OMP_THREAD_LIMIT", "1");
  {
    const Variable asked("FOVEA_COMPUTE_THREADS", "");
    CHECK(compute_threads() == 1);
  }
  const Variable asked("FOVEA_COMPUTE_THREADS", "2");
  CHECK(error_of([] { compute_threads(); }) ==
        "OMP_THREAD_LIMIT: allows 1 of the 2 threads that FOVEA_COMPUTE_THREADS asks for; raise the one or "
        "lower "
        "the other");
}

TEST_CASE("numerics: the number of threads is not that of the cores to which OpenMP has bound a thread") {
  const Variable asked("FOVEA_COMPUTE_THREADS", "");
  const auto before = compute_threads();
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    CHECK(compute_threads() == before);
  }).join();
}

TEST_CASE("numerics: a vector level that LibTorch or the CPU does not have is refused") {
  const Variable level("ATEN_CPU_CAPABILITY", "avx1024");
  CHECK(error_of([] { numerics(the_cpu()); }) ==
        "ATEN_CPU_CAPABILITY: \"avx1024\" is not allowed; it must be \"default\", \"avx2\" or \"avx512\"");
  const Variable lowest("ATEN_CPU_CAPABILITY", "default");
  CHECK(numerics(the_cpu()).at("vectors") == "default");
}

TEST_CASE("numerics: instructions that a person chooses for oneDNN count, and those without bf16 have none") {
  const Variable variable("ONEDNN_MAX_CPU_ISA", "AVX2");
  CHECK(numerics(the_cpu()).at("ONEDNN_MAX_CPU_ISA") == "AVX2");
  for (const char* without_bf16 : {"AVX2", "sse41", "AVX512_CORE", "avx512_core_vnni"})
    CHECK_FALSE(has_bf16_with(without_bf16));
  for (const char* with_bf16 : {"", "ALL", "DEFAULT", "AVX512_CORE_BF16", "avx512_core_amx", "AVX10_1_512"})
    CHECK(has_bf16_with(with_bf16));
}
