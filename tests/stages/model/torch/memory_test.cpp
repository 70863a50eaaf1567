#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include "stages/model/architectures/architectures.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/model/torch/setup.hpp"
#include "tests/catch.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// Bytes of tensors that this thread made, as LibTorch reports each taking and giving back.
struct TensorBytes : c10::MemoryReportingInfoBase {
  std::int64_t alive = 0, peak = 0;
  bool memoryProfilingEnabled() const override { return true; }
  // LibTorch 1.13 calls the first, LibTorch 2 the second.
  virtual void reportMemoryUsage(void*, std::int64_t bytes, std::int64_t, std::int64_t, c10::Device) {
    count(bytes);
  }
  virtual void reportMemoryUsage(void*, std::int64_t bytes, std::size_t, std::size_t, c10::Device) {
    count(bytes);
  }

 private:
  void count(std::int64_t bytes) {
    alive += bytes;
    peak = std::max(peak, alive);
  }
};

/// The most bytes at once of a forward pass and the way back.
std::int64_t peak_of_step(Network& network, const at::Tensor& images, bool recompute) {
  const auto bytes = std::make_shared<TensorBytes>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, bytes);
  network.forward(images, {.training = true, .recompute = recompute}).square().sum().backward();
  return bytes->peak;
}

}  // namespace

TEST_CASE("network: computing the forward pass twice saves more than a third of the memory") {
  const auto specification = build_specification("resnet20", 32, 32, 3, 10);
  Network network(toy::model(specification, toy::images(10, 1, 10)));
  const std::vector<float> pixels(16 * 3 * 32 * 32, 0.5F);
  const auto images = image_tensor(pixels, specification);
  with_torch([&] {
    const auto kept = peak_of_step(network, images, false), again = peak_of_step(network, images, true);
    INFO("peak " << kept << " bytes when all is kept, " << again << " when it is computed again");
    CHECK(kept > 16 * 16 * 32 * 32 * 4);  // at least the first layer's values
    CHECK(3 * again < 2 * kept);
  });
}
