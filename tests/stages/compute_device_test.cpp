#include "stages/model/compute_device.hpp"

#include "stages/model/numerics.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

const Cuda without{.in_libtorch = false};
const Cuda one{true, {{"cuda:0", "NVIDIA H100", true, true}}};
const Cuda two{true, {{"cuda:0", "Tesla T4", false, true}, {"cuda:1", "NVIDIA H100", true, true}}};

std::string refusal(const std::string& asked, const Cuda& cuda) {
  return error_of([&] { compute_device(asked, cuda); });
}

}  // namespace

TEST_CASE("device: auto is the first CUDA device where there is one, else the CPU") {
  CHECK(compute_device("auto", without).name == "cpu");
  CHECK(compute_device("auto", {true, {}}).name == "cpu");
  CHECK(compute_device("auto", {false, one.devices}).name == "cpu");
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
  CHECK(refusal("cuda:1", one) ==
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

TEST_CASE("device: results of a CUDA device have other keys than those of the CPU, by its model") {
  const auto cpu = numerics(the_cpu());
  CHECK(cpu.find("cuda") == std::string::npos);
  CHECK(numerics(one.devices[0]) == cpu + ", cuda NVIDIA H100");
  CHECK(numerics(one.devices[0]) == numerics(two.devices[1]));
  CHECK(numerics(two.devices[0]) != numerics(two.devices[1]));
}
