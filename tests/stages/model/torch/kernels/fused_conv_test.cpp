#include "stages/model/torch/kernels/fused_conv.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>

#include <limits>

#include "tests/catch.hpp"
#include "tests/stages/model/torch/kernels/plain_norm.hpp"

using fovea::Conv;
using fovea::Epilogue;
using fovea::Norm;

namespace {

at::Tensor random_normal(at::IntArrayRef sizes, std::uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
}

Norm fresh_norm(std::int64_t channels) {
  return plain_layers::norm(channels, 0.5, 1.5, 1e-5);
}

at::Tensor convolved(const at::Tensor& x, const Conv& conv, const at::Tensor& weight, const Norm& norm,
                     Epilogue epilogue, const at::Tensor& added) {
  const auto y = at::conv2d(x, weight, {}, conv.stride, conv.padding, conv.dilation, conv.groups);
  return plain_layers::normalised(y, norm, true, epilogue, added);
}

/// The largest difference, as a share of the largest value.
double apart(const at::Tensor& a, const at::Tensor& b) {
  const auto exact = b.to(at::kDouble);
  return ((a.to(at::kDouble) - exact).abs().max() / exact.abs().max().clamp_min(1e-3)).item<double>();
}

struct Job {
  std::vector<std::int64_t> sizes;
  Conv conv;
  Epilogue epilogue = Epilogue::relu;
};

/// The largest difference between plain and fused layers: of values, gradients and running statistics.
double furthest(const Job& job, at::ScalarType type = at::kFloat, bool has_gradient = false) {
  const auto& conv = job.conv;
  const auto image = random_normal(job.sizes, 1).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  const auto filters = random_normal(
      {conv.channels, job.sizes[1] / conv.groups, conv.kernel.height(), conv.kernel.width()}, 2);
  const auto one = image.clone().requires_grad_(true), two = image.to(at::kFloat).requires_grad_(true);
  auto weight = filters.clone().requires_grad_(true), plain_weight = filters.clone().requires_grad_(true);
  if (has_gradient) {
    weight.mutable_grad() = at::ones_like(filters);
    plain_weight.mutable_grad() = at::ones_like(filters);
  }
  const auto norm = fresh_norm(conv.channels), plain_norm = fresh_norm(conv.channels);
  at::Tensor added, plainly_added;
  if (job.epilogue == Epilogue::add_and_relu) {
    added = image.detach().cos().contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(true);
    plainly_added = added.detach().to(at::kFloat, false, true).requires_grad_(true);
  }
  const auto fused = fovea::conv_norm(one, conv, weight, norm, job.epilogue, added),
             expected = convolved(two, conv, plain_weight, plain_norm, job.epilogue, plainly_added);
  const auto gradient = random_normal(fused.sizes(), 3).to(type);
  fused.backward(gradient);
  expected.backward(gradient.to(at::kFloat));
  return std::max(
      {apart(fused, expected), apart(one.grad(), two.grad()), apart(weight.grad(), plain_weight.grad()),
       apart(norm.weight.grad(), plain_norm.weight.grad()), apart(norm.bias.grad(), plain_norm.bias.grad()),
       added.defined() ? apart(added.grad(), plainly_added.grad()) : 0, apart(norm.mean, plain_norm.mean),
       apart(norm.variance, plain_norm.variance)});
}

Conv window(std::int64_t channels, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
            std::int64_t groups = 1) {
  return {channels, kernel, stride, padding, groups, false};
}

}  // namespace

TEST_CASE("fused conv: values, gradients and running statistics are those of the plain layers") {
  for (const auto epilogue :
       {Epilogue::nothing, Epilogue::relu, Epilogue::relu_and_pool, Epilogue::add_and_relu}) {
    INFO(static_cast<int>(epilogue));
    CHECK(furthest({{6, 5, 7, 9}, window(5, 3, 1, 1), epilogue}) < 1e-4);
    CHECK(furthest({{6, 16, 7, 9}, window(16, 3, 1, 1), epilogue}) < 1e-4);
  }
  CHECK(furthest({{4, 3, 11, 8}, window(8, 5, 2, 2)}) < 1e-4);
  CHECK(furthest({{4, 8, 9, 9}, window(12, 3, 2, 1, 4)}) < 1e-4);
  CHECK(furthest({{4, 16, 6, 6}, window(32, 1, 1, 0)}) < 1e-4);
  CHECK(furthest({{1, 16, 8, 8}, window(16, 3, 1, 1)}) < 1e-4);
}

TEST_CASE("fused conv: a batch of many parts, and heavy weights, give what the plain layers give") {
  CHECK(furthest({{96, 16, 24, 24}, window(32, 3, 1, 1), Epilogue::nothing}) < 1e-3);
  CHECK(furthest({{96, 6, 24, 24}, window(10, 3, 1, 1), Epilogue::nothing}) < 1e-3);
  CHECK(furthest({{5, 128, 4, 4}, window(128, 3, 1, 1), Epilogue::add_and_relu}) < 1e-3);
}

TEST_CASE("fused conv: on one thread it gives what it gives on all") {
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const double alone = furthest({{32, 16, 12, 12}, window(16, 3, 1, 1), Epilogue::add_and_relu});
  at::set_num_threads(threads);
  CHECK(alone < 1e-4);
}

TEST_CASE("fused conv: the gradient of the weights is added to the one that is there") {
  CHECK(furthest({{6, 5, 7, 9}, window(5, 3, 1, 1)}, at::kFloat, true) < 1e-4);
  CHECK(furthest({{6, 16, 7, 9}, window(16, 3, 1, 1)}, at::kFloat, true) < 1e-4);
}

TEST_CASE("fused conv: in bf16 it is as near as bf16 is") {
  CHECK(furthest({{8, 5, 8, 8}, window(5, 3, 1, 1), Epilogue::nothing}, at::kBFloat16) < 0.05);
  CHECK(furthest({{8, 32, 8, 8}, window(32, 3, 1, 1), Epilogue::nothing}, at::kBFloat16) < 0.05);
}

TEST_CASE("fused conv: a value that is not a number makes its channel so, as in the plain layers") {
  for (const std::int64_t channels : {5, 16}) {
    auto image = random_normal({4, channels, 6, 6}, 1).contiguous(at::MemoryFormat::ChannelsLast);
    image[1][2][3][3] = std::numeric_limits<float>::quiet_NaN();
    const auto weight = random_normal({channels, channels, 3, 3}, 2);
    const auto conv = window(channels, 3, 1, 1);
    const auto fused = fovea::conv_norm(image, conv, weight, fresh_norm(channels), Epilogue::nothing);
    const auto expected = convolved(image, conv, weight, fresh_norm(channels), Epilogue::nothing, {});
    CHECK((fused.isnan() == expected.isnan()).all().item<bool>());
    CHECK(fused.isnan().any().item<bool>());
  }
}

TEST_CASE("fused conv: other memory orders go through the plain layers") {
  const auto image = random_normal({2, 16, 6, 6}, 1), weight = random_normal({16, 16, 3, 3}, 2);
  const auto conv = window(16, 3, 1, 1);
  CHECK(apart(fovea::conv_norm(image, conv, weight, fresh_norm(16), Epilogue::relu),
              convolved(image, conv, weight, fresh_norm(16), Epilogue::relu, {})) < 1e-5);
}
