#include "stages/train/loss_scale.hpp"

#include "stages/model/precision.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// What is left of `scale` and its good steps after so many steps.
LossScale after(LossScale loss, int steps, bool finite) {
  for (int i = 0; i < steps; ++i) loss.update(finite);
  return loss;
}

void check_scale(const LossScale& loss, double scale, std::int64_t good_steps) {
  CHECK(loss.scale == scale);
  CHECK(loss.good_steps == good_steps);
}

}  // namespace

// Each line is what the documentation of torch.cuda.amp.GradScaler says: init_scale 65536, growth_factor 2,
// backoff_factor 0.5, growth_interval 2000 "consecutive iterations without inf/NaN gradients".
TEST_CASE("loss scale: doubles after 2000 good steps in a row, and halves on each bad one") {
  auto loss = LossScale{};
  check_scale(loss, 65536, 0);
  check_scale(loss = after(loss, 1999, true), 65536, 1999);
  check_scale(loss = after(loss, 1, true), 131072, 0);
  check_scale(loss = after(loss, 3, false), 16384, 0);
  check_scale(loss = after(loss, 1999, true), 16384, 1999);
  check_scale(loss = after(loss, 1, false), 8192, 0);
  check_scale(loss = after(loss, 4000, true), 32768, 0);
  check_scale(loss = after(loss, 1, true), 32768, 1);
}

TEST_CASE("loss scale: has vanished after 17 bad steps from its beginning") {
  CHECK_FALSE(after({}, 16, false).has_vanished());
  CHECK(after({}, 17, false).has_vanished());
}

TEST_CASE("precision: auto is bf16 where the device multiplies it, and fp16 and tf32 need a GPU") {
  const ComputeDevice cpu{}, fast_cpu{.has_bf16 = true}, gpu{"cuda:0", "Tesla T4", false, true};
  CHECK(precision_of("auto", cpu) == Precision::fp32);
  CHECK(precision_of("auto", fast_cpu) == Precision::bf16);
  CHECK(precision_of("auto", gpu) == Precision::fp32);
  CHECK(precision_of("bf16", cpu) == Precision::bf16);
  CHECK(precision_of("fp16", gpu) == Precision::fp16);
  CHECK(name_of(precision_of("fp16", gpu)) == "fp16");
  CHECK(name_of(precision_of("tf32", gpu)) == "tf32");
  CHECK(error_of([&] { precision_of("tf32", cpu); }) ==
        "precision: \"tf32\" needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"");
  CHECK(error_of([&] { precision_of("fp16", cpu); }) ==
        "precision: \"fp16\" needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"");
}
