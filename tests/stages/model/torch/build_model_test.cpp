#include "stages/model/build_model.hpp"

#include <algorithm>
#include <cmath>

#include "stages/model/torch/network.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

Model build(const std::string& architecture, std::uint64_t seed = 1) {
  auto data = toy::images(6);
  data.height = data.width = 28;
  toy::Heard heard;
  auto context = toy::context(heard, 1, seed);
  return *BuildModel::run({.data = data}, {.architecture = architecture}, context).model;
}

const NamedArray& weight(const Model& model, const std::string& name) {
  return *std::find_if(model.weights.begin(), model.weights.end(),
                       [&](const auto& one) { return one.name == name; });
}

double spread_of(const NamedArray& array) {
  double sum = 0;
  for (const float value : array.values) sum += static_cast<double>(value) * value;
  return std::sqrt(sum / static_cast<double>(array.values.size()));
}

}  // namespace

TEST_CASE("build_model: takes size, classes and statistics from the data") {
  const auto model = build("simple_cnn");
  CHECK(model.specification.height == 28);
  CHECK(model.specification.classes == 3);
  CHECK(model.class_names == std::vector<std::string>{"row 1", "row 3", "row 5"});
  CHECK(model.preprocessing.mean == toy::images(6).mean);
}

TEST_CASE("build_model: takes a size of its own, no square either, and how images come to it") {
  toy::Heard heard;
  auto context = toy::context(heard);
  const auto model = *BuildModel::run({.data = toy::images(6)},
                                      {.architecture = "resnet8",
                                       .image_size = std::vector<std::int64_t>{24, 40},
                                       .fit = "short_side",
                                       .crop_pct = 0.9},
                                      context)
                          .model;
  CHECK(model.specification.height == 24);
  CHECK(model.specification.width == 40);
  CHECK(model.preprocessing.size == ImageSize{24, 40, 1});
  CHECK(model.preprocessing.fit == Fit::short_side);
  CHECK(model.preprocessing.crop_pct == 0.9);
}

TEST_CASE("build_model: the same seed gives the same weights, another seed others") {
  CHECK(toy::same_bytes(build("resnet8"), build("resnet8")));
  CHECK_FALSE(toy::same_bytes(build("resnet8"), build("resnet8", 2)));
}

TEST_CASE(
    "build_model: weights of a resnet have the spread of He et al. (2015), normalisation begins as nothing") {
  const auto model = build("resnet8");
  CHECK(spread_of(weight(model, "layer3.0.conv2.weight")) == Approx(std::sqrt(2.0 / (64 * 9))).epsilon(0.03));
  CHECK(spread_of(weight(model, "fc.weight")) == Approx(1 / std::sqrt(64.0 * 3)).epsilon(0.15));
  CHECK(spread_of(weight(model, "bn1.weight")) == 1);
  CHECK(spread_of(weight(model, "bn1.running_var")) == 1);
  CHECK(spread_of(weight(model, "bn1.bias")) == 0);
  CHECK(spread_of(weight(model, "bn1.running_mean")) == 0);
}

TEST_CASE("build_model: weights of simple_cnn are uniform as PyTorch's") {
  const auto model = build("simple_cnn");
  const auto& values = weight(model, "block3.conv2.weight").values;
  const double limit = 1 / std::sqrt(64.0 * 9);
  CHECK(spread_of(weight(model, "block3.conv2.weight")) == Approx(limit / std::sqrt(3.0)).epsilon(0.02));
  CHECK(*std::max_element(values.begin(), values.end()) <= limit);
}

TEST_CASE("build_model: an architecture gives a network that computes") {
  for (const auto* const name : {"simple_cnn", "mlp", "resnet20", "mobilenet_v3_small", "squeezenet1_1"}) {
    const auto model = build(name);
    Network network(model);
    const std::vector<float> images(2 * 28 * 28, 0.5F);
    const auto scores = network.forward(image_tensor(images, model.specification), {});
    CHECK(scores.size(0) == 2);
    CHECK(scores.size(1) == 3);
    CHECK(std::isfinite(scores.sum().item<float>()));
  }
}
