#include "stages/model/torch/network.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// A network with every kind of layer, two branches and an image that is used twice.
Specification branched() {
  return {"branched",
          8,
          8,
          3,
          5,
          {{"conv",
            Conv{.channels = 4, .kernel = 3, .stride = 1, .padding = 1, .groups = 1, .bias = true},
            {"input"}},
           {"bn", BatchNorm{}, {"conv"}},
           {"side",
            Conv{.channels = 4, .kernel = 1, .stride = 1, .padding = 0, .groups = 1, .bias = false},
            {"input"}},
           {"sum", Add{}, {"bn", "side"}},
           {"relu", Relu{}, {"sum"}},
           {"pool", MaxPool{3, 2, 1}, {"relu"}},
           {"mean", AveragePool{}, {"pool"}},
           {"global", GlobalAveragePool{}, {"relu"}},
           {"flat1", Flatten{}, {"mean"}},
           {"flat2", Flatten{}, {"global"}},
           {"fc1", Linear{5}, {"flat1"}},
           {"fc2", Linear{5, false}, {"flat2"}},
           {"out", Add{}, {"fc1", "fc2", "fc1"}}}};
}

/// The same written by hand, on tensors by name.
at::Tensor by_hand(const at::Tensor& image, std::vector<at::Tensor>& w, bool training) {
  const auto conv = at::conv2d(image, w[0], w[1], 1, 1);
  const auto bn = at::batch_norm(conv, w[2], w[3], w[4], w[5], training, 0.1, 1e-5, false);
  const auto relu = (bn + at::conv2d(image, w[7])).relu();
  const auto mean = at::avg_pool2d(at::max_pool2d(relu, 3, 2, 1), 2);
  const auto fc1 = at::linear(mean.flatten(1), w[8], w[9]);
  return fc1 + at::linear(relu.mean({2, 3}), w[10]) + fc1;
}

std::vector<at::Tensor> tensors(const Model& model) {
  std::vector<at::Tensor> all;
  for (const auto& weight : model.weights) {
    const std::vector<std::int64_t> shape(weight.shape.begin(), weight.shape.end());
    all.push_back(at::from_blob(const_cast<float*>(weight.values.data()), shape, at::kFloat).clone());
  }
  return all;
}

at::Tensor test_images(std::int64_t count, std::int64_t channels, std::int64_t side) {
  const auto size = count * channels * side * side;
  return (at::arange(size, at::kFloat) * 0.37).sin().view({count, channels, side, side});
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

Model branched_model() {
  auto data = toy::images(3);
  return toy::model(branched(), data);
}

}  // namespace

TEST_CASE("network: gives what the same layers give when they are written by hand") {
  const auto model = branched_model();
  Network network(model);
  auto weights = tensors(model);
  const auto images = test_images(6, 3, 8);
  CHECK(largest_difference(network.forward(images, {}), by_hand(images, weights, false)) < 1e-5);
  CHECK(largest_difference(network.forward(images, {.training = true}), by_hand(images, weights, true)) <
        1e-5);
}

TEST_CASE("network: flat gradients and running statistics are those of plain autograd") {
  const auto model = branched_model();
  Network network(model);
  auto weights = tensors(model);
  for (const std::size_t i : {0, 1, 2, 3, 7, 8, 9, 10}) weights[i].requires_grad_(true);
  const auto images = test_images(6, 3, 8);
  network.forward(images, {.training = true}).square().sum().backward();
  by_hand(images, weights, true).square().sum().backward();
  const auto flat = network.gradients();
  std::size_t from = 0;
  for (auto& weight : weights) {
    if (!weight.requires_grad()) continue;
    const auto count = weight.numel();
    const auto part = at::from_blob(flat.data() + from, {count}, at::kFloat);
    CHECK(largest_difference(part, weight.grad().reshape({-1})) <
          1e-4 * weight.grad().abs().max().item<double>());
    from += static_cast<std::size_t>(count);
  }
  CHECK(from == flat.size());
  const auto buffers = network.weights().buffers;
  CHECK(buffers[0] == Approx(weights[4][0].item<float>()));
  CHECK(buffers.back() == 1);
}

TEST_CASE("network: gradients add up over backward passes until they are set to zero") {
  Network network(branched_model());
  const auto images = test_images(2, 3, 8);
  network.forward(images, {}).sum().backward();
  const float once = network.gradients().back();
  network.forward(images, {}).sum().backward();
  CHECK(network.gradients().back() == Approx(2 * once));
}

TEST_CASE("network: the memory order of the images does not matter") {
  Network network(branched_model());
  const auto images = test_images(2, 3, 8);
  const auto other = images.contiguous(at::MemoryFormat::ChannelsLast);
  CHECK(largest_difference(network.forward(images, {}), network.forward(other, {})) < 1e-5);
}

TEST_CASE("network: weights go in and come out unchanged, by name") {
  const auto model = branched_model();
  Network network(model);
  auto copy = model;
  copy.weights = network.named(network.weights());
  CHECK(toy::same_bytes(model, copy));
  CHECK(copy.weights[0].name == "conv.weight");
}

TEST_CASE(
    "network: with lists of its own on a device it gives the same, once these are brought there and back") {
  Network here(branched_model()), apart(branched_model(), at::Device(at::kCPU, 0));
  const auto images = test_images(2, 3, 8);
  for (auto* network : {&here, &apart}) {
    for (auto& number : network->parameters()) number *= 0.5F;
    network->to_device();
    network->forward(images, {.training = true}).square().sum().backward();
    network->from_device();
  }
  const auto found = apart.lists().layout().zeros();
  apart.lists().take_gradients(found, false);
  apart.lists().layout().down(found, apart.gradients());
  CHECK(std::ranges::equal(here.parameters(), apart.parameters()));
  CHECK(std::ranges::equal(here.gradients(), apart.gradients()));
  CHECK(std::ranges::equal(here.buffers(), apart.buffers()));
}

TEST_CASE("network: weights that were loaded are those that are computed with") {
  Network network(branched_model());
  auto weights = network.weights();
  std::fill(weights.parameters.begin(), weights.parameters.end(), 0.0F);
  network.load(weights);
  CHECK(network.forward(test_images(2, 3, 8), {}).abs().max().item<double>() == 0);
}

TEST_CASE("network: weights of another network are refused") {
  auto model = branched_model();
  model.weights[0].name = "conv0.weight";
  CHECK(error_of([&] { Network network(model); }) ==
        "weights: \"conv0.weight\" is 4 x 3 x 3 x 3, but the layers have \"conv.weight\" of 4 x 3 x 3 x 3");
}

TEST_CASE(
    "network: dropout is other in each training pass, the same when a pass is repeated, and off in "
    "evaluation") {
  auto data = toy::images(3);
  Network network(
      toy::model({"d", 8, 8, 1, 64, {{"drop", Dropout{0.5}, {}}, {"flat", Flatten{}, {}}}}, data));
  const auto images = at::ones({2, 1, 8, 8});
  const Pass first{.training = true, .seed = 1, .number = 1};
  auto second = first, other = first;
  second.number = 2;
  other.seed = 2;
  const auto once = network.forward(images, first);
  CHECK(largest_difference(once, network.forward(images, first)) == 0);
  CHECK(largest_difference(once, network.forward(images, second)) == 2);
  CHECK(largest_difference(once, network.forward(images, other)) == 2);
  CHECK(largest_difference(images.flatten(1), network.forward(images, {})) == 0);
}

TEST_CASE("network: in bf16 it gives nearly the same, and gradients stay fp32") {
  Network network(branched_model());
  const auto images = test_images(4, 3, 8);
  const auto exact = network.forward(images, {});
  const auto rough = network.forward(images, {.training = false, .precision = Precision::bf16});
  CHECK(rough.scalar_type() == at::kFloat);
  CHECK(largest_difference(exact, rough) > 0);
  CHECK(largest_difference(exact, rough) < 0.05 * exact.abs().max().item<double>());
}
