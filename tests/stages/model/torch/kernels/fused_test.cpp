#include "stages/model/torch/kernels/fused.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "tests/catch.hpp"

namespace {

at::Tensor plain(const at::Tensor& x) {
  return at::max_pool2d(at::relu(x), {2, 2}, {2, 2});
}

at::Tensor waves(at::IntArrayRef sizes, at::ScalarType type) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  const auto values = (at::arange(count, at::kFloat) * 0.7).sin().view(sizes);
  return values.to(type).contiguous(at::MemoryFormat::ChannelsLast);
}

/// Whether values and gradients of both are the same, bit for bit.
bool same(const at::Tensor& image) {
  const auto one = image.detach().clone().requires_grad_(true);
  const auto two = image.detach().clone().requires_grad_(true);
  const auto fused = fovea::relu_max_pool(one), expected = plain(two);
  const auto gradient = at::arange(fused.numel(), at::kFloat).view(fused.sizes()).to(fused.scalar_type());
  fused.backward(gradient);
  expected.backward(gradient);
  return at::equal(fused, expected) && at::equal(one.grad(), two.grad());
}

}  // namespace

TEST_CASE("fused pool: the same values and gradients as ReLU and max pool, in fp32 and bf16") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    CHECK(same(waves({2, 5, 8, 6}, type)));
    CHECK(same(waves({3, 32, 14, 14}, type)));
    CHECK(same(waves({1, 67, 4, 4}, type)));
  }
}

TEST_CASE("fused pool: of odd sizes the last row and column are left out, and get no gradient") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    CHECK(same(waves({2, 5, 7, 9}, type)));
    CHECK(same(waves({2, 16, 3, 2}, type)));
  }
}

TEST_CASE("fused pool: of equal values the first wins, and where none is above zero nobody does") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    CHECK(same(at::ones({1, 8, 4, 4}, type).contiguous(at::MemoryFormat::ChannelsLast)));
    CHECK(same(at::zeros({1, 8, 4, 4}, type).contiguous(at::MemoryFormat::ChannelsLast)));
    CHECK(same((-at::ones({1, 8, 4, 4})).to(type).contiguous(at::MemoryFormat::ChannelsLast)));
  }
}

TEST_CASE("fused pool: NaN of either sign and infinity come through") {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN()}) {
      auto image = waves({1, 4, 4, 4}, at::kFloat);
      image[0][1][2][3] = value;
      const auto fused = fovea::relu_max_pool(image.to(type));
      CHECK(at::equal(fused.isnan(), plain(image.to(type)).isnan()));
      CHECK(fused.isnan().sum().item<std::int64_t>() == 1);
    }
    auto image = waves({1, 4, 4, 4}, at::kFloat);
    image[0][1][2][3] = std::numeric_limits<float>::infinity();
    CHECK(same(image.to(type)));
  }
}

TEST_CASE("fused pool: other memory orders and number types go through the plain layers") {
  CHECK(same(waves({2, 3, 6, 6}, at::kFloat).contiguous()));
  CHECK(same(waves({2, 3, 6, 6}, at::kDouble)));
  CHECK(same(waves({2, 8, 6, 6}, at::kFloat).narrow(1, 2, 4)));
}

TEST_CASE("dropout: drops the share that is asked for and keeps the mean") {
  const auto x = at::ones({100, 1003});
  const auto y = fovea::dropout(x, 0.3, 1, 0, 0);
  CHECK((y == 0).to(at::kFloat).mean().item<double>() == Approx(0.3).margin(0.005));
  CHECK(y.mean().item<double>() == Approx(1).margin(0.01));
  CHECK(y.max().item<double>() == Approx(1 / 0.7));
}

TEST_CASE("dropout: each layer and each pass drops other values") {
  const auto x = at::ones({1, 4096});
  const auto both = [&](const at::Tensor& a, const at::Tensor& b) {
    return ((a == 0) & (b == 0)).to(at::kFloat).mean().item<double>();
  };
  const auto one = fovea::dropout(x, 0.5, 1, 0, 0);
  CHECK(both(one, fovea::dropout(x, 0.5, 1, 0, 1)) == Approx(0.25).margin(0.03));
  CHECK(both(one, fovea::dropout(x, 0.5, 1, 1, 0)) == Approx(0.25).margin(0.03));
  CHECK(both(one, fovea::dropout(x, 0.5, 1, 0, 0)) == Approx(0.5).margin(0.03));
}
