#include "stages/model/torch/kernels/fused_norm.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>

#include "tests/catch.hpp"
#include "tests/stages/model/torch/kernels/plain_norm.hpp"

using fovea::Epilogue;
using fovea::Norm;
using plain_layers::normalised;

namespace {

at::Tensor waves(at::IntArrayRef sizes) {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return (at::arange(count, at::kFloat) * 0.7).sin().view(sizes) +
         at::arange(sizes[1], at::kFloat).view({1, -1, 1, 1});
}

Norm norm_of(std::int64_t channels) {
  return plain_layers::norm(channels, -1, 2, 1e-3);
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// The largest difference between plain and fused layers: of values, gradients and running statistics.
double largest_difference(at::IntArrayRef sizes, Epilogue epilogue, at::ScalarType type) {
  const auto image = waves(sizes).to(type).contiguous(at::MemoryFormat::ChannelsLast);
  const auto one = image.clone().requires_grad_(true), two = image.to(at::kFloat).requires_grad_(true);
  const auto fused_norm = norm_of(sizes[1]), plain_norm = norm_of(sizes[1]);
  at::Tensor added, plainly_added;
  if (epilogue == Epilogue::add_and_relu) {
    added = image.detach().flip(0).cos().contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(true);
    plainly_added = added.detach().to(at::kFloat, false, true).requires_grad_(true);
  }
  const auto fused = fovea::batch_norm(one, fused_norm, true, epilogue, added),
             expected = normalised(two, plain_norm, true, epilogue, plainly_added);
  const auto gradient = (at::arange(fused.numel(), at::kFloat) * 1.3).cos().view(fused.sizes()).to(type);
  fused.backward(gradient);
  expected.backward(gradient.to(at::kFloat));
  return std::max({difference(fused, expected), difference(one.grad(), two.grad()),
                   difference(fused_norm.weight.grad(), plain_norm.weight.grad()),
                   difference(fused_norm.bias.grad(), plain_norm.bias.grad()),
                   added.defined() ? difference(added.grad(), plainly_added.grad()) : 0,
                   difference(fused_norm.mean, plain_norm.mean),
                   difference(fused_norm.variance, plain_norm.variance)});
}

}  // namespace

TEST_CASE("fused norm: values, gradients and running statistics are those of the plain layers") {
  for (const auto epilogue :
       {Epilogue::nothing, Epilogue::relu, Epilogue::relu_and_pool, Epilogue::add_and_relu}) {
    CHECK(largest_difference({4, 5, 6, 8}, epilogue, at::kFloat) < 1e-4);
    CHECK(largest_difference({4, 19, 6, 8}, epilogue, at::kFloat) < 1e-4);
    CHECK(largest_difference({16, 32, 14, 14}, epilogue, at::kFloat) < 1e-3);
  }
}

TEST_CASE("fused norm: pixels of an odd last row or column count in the statistics but not in the pool") {
  CHECK(largest_difference({3, 4, 7, 5}, Epilogue::relu_and_pool, at::kFloat) < 1e-4);
  CHECK(largest_difference({3, 4, 3, 6}, Epilogue::relu_and_pool, at::kFloat) < 1e-4);
}

TEST_CASE("fused norm: in bf16 it is as near as bf16 is") {
  for (const auto epilogue : {Epilogue::nothing, Epilogue::relu, Epilogue::add_and_relu})
    CHECK(largest_difference({4, 5, 6, 8}, epilogue, at::kBFloat16) < 0.03);
}

TEST_CASE("fused norm: a large mean does not cost precision") {
  const auto image = (waves({8, 4, 8, 8}) + 1000).contiguous(at::MemoryFormat::ChannelsLast);
  const auto norm = norm_of(4), exact_norm = norm_of(4);
  const Norm exact{exact_norm.weight.to(at::kDouble),
                   exact_norm.bias.to(at::kDouble),
                   exact_norm.mean.to(at::kDouble),
                   exact_norm.variance.to(at::kDouble),
                   0.1,
                   1e-3};
  const auto fused = fovea::batch_norm(image, norm, true, Epilogue::nothing);
  CHECK(difference(fused, normalised(image.to(at::kDouble), exact, true, Epilogue::nothing)) < 1e-3);
}

TEST_CASE("fused norm: in evaluation the running statistics normalise and stay as they are") {
  const at::NoGradGuard no_gradients;
  const auto image = waves({2, 4, 5, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  auto norm = norm_of(4);
  norm.mean.fill_(0.5);
  for (const auto epilogue : {Epilogue::nothing, Epilogue::relu, Epilogue::relu_and_pool}) {
    CHECK(difference(fovea::batch_norm(image, norm, false, epilogue),
                     normalised(image, norm, false, epilogue)) < 1e-5);
  }
  const auto added = image.flip(0).contiguous(at::MemoryFormat::ChannelsLast);
  CHECK(difference(fovea::batch_norm(image, norm, false, Epilogue::add_and_relu, added),
                   normalised(image, norm, false, Epilogue::add_and_relu, added)) < 1e-5);
  CHECK(norm.mean[2].item<float>() == 0.5F);
}

TEST_CASE("fused norm: other memory orders go through the plain layers") {
  const auto image = waves({2, 4, 6, 6});
  const auto one = norm_of(4), two = norm_of(4);
  CHECK(difference(fovea::batch_norm(image, one, true, Epilogue::relu),
                   normalised(image, two, true, Epilogue::relu)) == 0);
}
