#include "stages/model/torch/kernels/winograd.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>

#include <cstdlib>
#include <string>

#include "stages/model/torch/kernels/vector_loops.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

namespace {

at::Tensor normal(at::IntArrayRef sizes, std::uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
}

at::Tensor like(const at::Tensor& x, std::int64_t channels) {
  return at::empty({x.size(0), channels, x.size(2), x.size(3)}, x.options())
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// How far values are from exact ones, as a share of the largest of these.
double error_of(const at::Tensor& values, const at::Tensor& exact) {
  return ((values.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

struct Errors {
  double y = 0, x_gradient = 0, weight_gradient = 0;
};

/// Of all that is computed for so many images of height x width, beside PyTorch in double.
Errors errors(at::IntArrayRef sizes, std::int64_t channels_out, at::ScalarType type) {
  const auto x = normal(sizes, 1).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  const auto weight = normal({channels_out, sizes[1], 3, 3}, 2).to(type).to(at::kFloat);
  const auto y = like(x, channels_out), x_gradient = like(x, sizes[1]);
  fovea::winograd_convolve(x, fovea::winograd_filters(weight, type), y);
  const auto gradient = normal(y.sizes(), 3).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  fovea::winograd_convolve(gradient, fovea::winograd_filters_back(weight, type), x_gradient);
  const auto weight_gradient = fovea::winograd_weight_gradient(x, gradient);

  const auto exact_x = x.to(at::kDouble), exact_weight = weight.to(at::kDouble);
  const auto exact_y = at::convolution(exact_x, exact_weight, {}, {1, 1}, {1, 1}, {1, 1}, false, {0, 0}, 1);
  const auto [of_x, of_weight, of_bias] =
      at::convolution_backward(gradient.to(at::kDouble), exact_x, exact_weight, c10::nullopt, {1, 1}, {1, 1},
                               {1, 1}, false, {0, 0}, 1, {true, true, false});
  return {error_of(y, exact_y), error_of(x_gradient, of_x), error_of(weight_gradient, of_weight)};
}

const std::vector<std::vector<std::int64_t>> shapes{{1, 16, 4, 4},   {3, 16, 5, 7}, {2, 48, 9, 4},
                                                    {5, 32, 13, 13}, {1, 64, 1, 1}, {4, 16, 28, 28}};

/// Checks the errors of every shape: those of the result, of the gradient of the image and of the weights.
void check_errors(at::ScalarType type, double most, double most_of_weights) {
  for (const auto& sizes : shapes) {
    for (const std::int64_t channels_out : {16, 32, 80}) {
      const auto found = errors(sizes, channels_out, type);
      INFO(sizes[1] << " to " << channels_out << " channels of " << sizes[2] << " x " << sizes[3]);
      CHECK(found.y < most);
      CHECK(found.x_gradient < most);
      CHECK(found.weight_gradient < most_of_weights);
    }
  }
}

}  // namespace

TEST_CASE("winograd: a convolution and its gradients are those of PyTorch, whatever the size") {
  if (!fovea::has_avx512(false)) return skipped("this CPU has no AVX-512");
  check_errors(at::kFloat, 2e-6, 5e-6);
}

TEST_CASE("winograd: in bf16 it is as near as a few roundings to bf16") {
  if (!fovea::has_avx512(true)) return skipped("this CPU does not multiply in bf16");
  const double rounding = 1.0 / 256;
  check_errors(at::kBFloat16, 3 * rounding, 3 * rounding);
}

TEST_CASE("winograd: suits only 3 x 3 convolutions of whole vectors of channels that keep the size") {
  if (!fovea::has_avx512(false)) {
    skipped("this CPU has no AVX-512");
    return;
  }
  const fovea::Conv conv{.channels = 32, .kernel = 3, .stride = 1, .padding = 1, .groups = 1, .bias = false};
  const auto changed = [&](auto member, std::int64_t value) {
    auto other = conv;
    other.*member = value;
    return other;
  };
  const auto x = normal({2, 16, 8, 8}, 1);
  CHECK(fovea::suits_winograd(conv, x));
  CHECK_FALSE(fovea::suits_winograd(conv, x.to(at::kDouble)));
  CHECK_FALSE(fovea::suits_winograd(conv, normal({2, 3, 8, 8}, 1)));
  CHECK_FALSE(fovea::suits_winograd(conv, normal({2, 16, 2, 8}, 1)));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::channels, 24), x));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::channels, 8192), x));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::kernel, 5), x));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::stride, 2), x));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::padding, 0), x));
  CHECK_FALSE(fovea::suits_winograd(changed(&fovea::Conv::groups, 2), x));
}

TEST_CASE("winograd: LibTorch told to do without AVX-512 is beside loops that do without") {
  const char* before = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string kept = before == nullptr ? "" : before;
  setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  CHECK_FALSE(fovea::has_avx512(false));
  CHECK_FALSE(fovea::has_avx512(true));
  if (before == nullptr) {
    unsetenv("ATEN_CPU_CAPABILITY");
  } else {
    setenv("ATEN_CPU_CAPABILITY", kept.c_str(), 1);
  }
}
