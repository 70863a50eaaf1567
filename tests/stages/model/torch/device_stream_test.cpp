#include "stages/model/torch/device_stream.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/stages/model/torch/late_streams.hpp"
#include "tests/stages/model/torch/walled_device.hpp"

using namespace fovea;

TEST_CASE("carrier: each upload is there for the work that is started after it, at one address") {
  Carrier carrier(64, walled::device());
  const auto there = carrier.there();
  for (int number = 1; number <= 7; ++number) {
    std::fill_n(carrier.begin(), 64, static_cast<std::uint8_t>(number));
    carrier.send();
    CHECK(carrier.there().is_same(there));
    CHECK(there.sum().item<std::int64_t>() == 64 * number);
  }
}

#if TORCH_VERSION_MAJOR >= 2
TEST_CASE(
    "late streams: what is used before it has arrived is poisoned, and memory is not sent twice at once") {
  const auto here = at::full({4}, 3.0), there = at::zeros({4}, here.options().device(walled::device()));
  c10::Event sent(c10::DeviceType::PrivateUse1);
  const c10::Stream computing(c10::Stream::DEFAULT, walled::device());
  const c10::Stream copying(c10::Stream::UNSAFE, walled::device(), walled::late::new_stream());
  const auto send = [&] {
    const c10::StreamGuard in_own(copying);
    there.copy_(here, true);
    sent.record(copying);
  };
  send();
  CHECK(std::isnan(there.sum().item<double>()));
  CHECK_THROWS_AS(send(), c10::Error);
  sent.block(computing);
  CHECK(there.sum().item<double>() == 12);
  CHECK_THROWS_AS(send(), c10::Error);
  sent.synchronize();
  send();
  sent.synchronize();
  CHECK(there.sum().item<double>() == 12);
}
#endif
