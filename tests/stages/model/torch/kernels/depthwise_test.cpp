#include "stages/model/torch/kernels/depthwise.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include "tests/catch.hpp"

using namespace fovea;

namespace {

at::Tensor drawn(at::IntArrayRef sizes, std::uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
}

/// The largest difference, as a share of the largest value.
double furthest(const at::Tensor& a, const at::Tensor& b) {
  const auto exact = b.to(at::kDouble);
  return ((a.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

struct Passed {
  at::Tensor y, of_x, of_weight, of_bias;
};

/// Both ways through a convolution in the type of `x`, or where `exact` in fp64 by LibTorch.
Passed pass(const at::Tensor& image, const Conv& conv, bool exact) {
  const auto type = exact ? at::kDouble : at::kFloat;
  const auto k = conv.kernel.height();
  const auto x = image.detach().to(exact ? at::kDouble : image.scalar_type()).requires_grad_(true);
  const auto weight = drawn({conv.channels, 1, k, k}, 2).to(type).requires_grad_(true);
  const auto bias = drawn({conv.channels}, 3).to(type).requires_grad_(true);
  const auto y = exact ? at::conv2d(x, weight, bias, conv.stride, conv.padding, 1, conv.groups)
                       : convolve(x, conv, weight, conv.bias ? bias : at::Tensor());
  y.backward(drawn(y.sizes(), 4).to(y.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast));
  return {y, x.grad(), weight.grad(), bias.grad()};
}

at::Tensor image(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
  return drawn(sizes, 1).to(type).contiguous(at::MemoryFormat::ChannelsLast);
}

Conv depthwise(std::int64_t channels, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return {.channels = channels, .kernel = kernel, .stride = stride, .padding = padding, .groups = channels};
}

}  // namespace

TEST_CASE("depthwise: values and gradients are LibTorch's in fp64, for each kernel, stride and padding") {
  struct Case {
    std::vector<std::int64_t> sizes;
    std::int64_t kernel, stride, padding;
  };
  // Channels that fill 16 and that do not, images smaller than the kernel, and fewer than the parts of a
  // batch.
  for (const auto& [sizes, kernel, stride, padding] : {Case{{3, 32, 9, 7}, 5, 1, 2},
                                                       {{9, 40, 12, 12}, 7, 1, 3},
                                                       {{20, 24, 11, 8}, 5, 2, 2},
                                                       {{2, 72, 3, 3}, 7, 1, 3},
                                                       {{1, 16, 10, 10}, 7, 2, 1},
                                                       {{17, 7, 8, 8}, 5, 3, 0}}) {
    const auto conv = depthwise(sizes[1], kernel, stride, padding);
    const auto x = image(sizes);
    INFO(x.sizes() << " by " << kernel << ", stride " << stride);
    const auto ours = pass(x, conv, false), exact = pass(x, conv, true);
    CHECK(furthest(ours.y, exact.y) < 1e-5);
    CHECK(furthest(ours.of_x, exact.of_x) < 1e-5);
    CHECK(furthest(ours.of_weight, exact.of_weight) < 1e-5);
    CHECK(furthest(ours.of_bias, exact.of_bias) < 1e-5);
  }
}

TEST_CASE("depthwise: of bf16 values the gradient of the weight is summed in fp32") {
  const auto conv = depthwise(40, 5, 1, 2);
  const auto x = image({16, 40, 12, 12}, at::kBFloat16);
  const auto ours = pass(x, conv, false), exact = pass(x, conv, true);
  CHECK(ours.of_weight.scalar_type() == at::kFloat);
  // The gradient that comes in is rounded to bf16, which has 8 bits; what is summed up varies like noise.
  CHECK(furthest(ours.of_weight, exact.of_weight) < 2e-3);
  CHECK(furthest(ours.of_x, exact.of_x) < 1e-2);
}

TEST_CASE("depthwise: any number of threads gives the same gradient") {
  const auto conv = depthwise(40, 7, 1, 3);
  const auto x = image({12, 40, 9, 9});
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = pass(x, conv, false).of_weight.clone();
  at::set_num_threads(3);
  const auto three = pass(x, conv, false).of_weight.clone();
  at::set_num_threads(threads);
  CHECK(at::equal(one, three));
}

TEST_CASE("depthwise: a convolution without bias, or with a weight that does not learn, is LibTorch's") {
  auto conv = depthwise(16, 5, 1, 2);
  conv.bias = false;
  const auto x = image({2, 16, 6, 6});
  const auto weight = drawn({16, 1, 5, 5}, 2);
  const auto plain = at::conv2d(x, weight, {}, 1, 2, 1, 16);
  CHECK(at::equal(convolve(x, conv, weight, {}), plain));
  CHECK(furthest(convolve(x, conv, weight.clone().requires_grad_(true), {}), plain) < 1e-6);
}
