#include "stages/model/torch/network.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/autograd/autograd.h>

#include "stages/model/architectures/architectures.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/model/torch/named_numbers.hpp"
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

Network named_network(const std::string& architecture, std::int64_t side) {
  const auto specification = build_specification(architecture, side, side, 3, 5);
  return {specification, testing::named_weights(specification)};
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

TEST_CASE("network: folded normalisations change logits by rounding alone, until weights are loaded") {
  for (const auto* const name : {"resnet8", "mobilenet_v3_small", "densenet121"}) {
    INFO(name);
    auto network = named_network(name, 32);
    const auto images = test_images(4, 3, 32);
    const at::NoGradGuard no_gradients;
    network.forward(images, {.training = true});
    const auto plain = network.forward(images, {});
    network.fold(Precision::fp32);
    const auto folded = network.forward(images, {});
    CHECK(largest_difference(folded, plain) < 1e-5 * std::max(1.0, plain.abs().max().item<double>()));
    CHECK(largest_difference(folded, plain) > 0);
    network.load(network.weights());
    CHECK(largest_difference(network.forward(images, {}), plain) == 0);
  }
}

TEST_CASE("network: observed layers have the values that the others are computed from, and gradients") {
  auto network = named_network("resnet8", 16);
  const auto images = test_images(2, 3, 16);
  const auto seen = network.observe(images, {}, {"layer2.0.bn2", "flatten", "layer1.0.relu_out"});
  CHECK(largest_difference(seen.logits, network.forward(images, {})) < 1e-5);
  REQUIRE(seen.values.size() == 3);
  CHECK(seen.values[0].sizes().vec() == std::vector<std::int64_t>{2, 32, 8, 8});
  CHECK(seen.values[0].min().item<float>() < 0);
  CHECK(seen.values[2].min().item<float>() == 0);
  const auto all = testing::named_weights(build_specification("resnet8", 16, 16, 3, 5));
  const auto numbers = [&](std::size_t i, at::IntArrayRef sizes) {
    return at::from_blob(const_cast<float*>(all[i].values.data()), sizes, at::kFloat);
  };
  const auto fc = numbers(all.size() - 2, {5, 64});
  CHECK(largest_difference(at::linear(seen.values[1], fc, numbers(all.size() - 1, {5})), seen.logits) < 1e-5);
  const auto gradient =
      torch::autograd::grad({seen.logits.select(1, 3).sum()}, {seen.values[0], seen.values[1]});
  CHECK(gradient[0].sizes() == seen.values[0].sizes());
  CHECK(largest_difference(gradient[1], fc[3].expand({2, 64})) < 1e-6);
}

TEST_CASE("network: observing an unknown layer names the nearest") {
  auto network = named_network("resnet8", 16);
  CHECK(error_of([&] { network.observe(test_images(2, 3, 16), {}, {"layer1.0.con1"}); }) ==
        "unknown layer \"layer1.0.con1\"; did you mean \"layer1.0.conv1\"?");
}
