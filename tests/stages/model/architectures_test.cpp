#include "stages/model/architectures/architectures.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

TEST_CASE("resnet20 has the parameters of He et al. (2016) with convolutions as shortcuts") {
  const auto info = infer(build_specification("resnet20", 32, 32, 3, 10));
  CHECK(info.parameters == 272474);
  CHECK(info.multiply_adds == 40813184);
}

TEST_CASE("resnet8 has one block in each of its three stages") {
  CHECK(infer(build_specification("resnet8", 32, 32, 3, 10)).parameters == 78042);
}

TEST_CASE("resnet18 and resnet34 have the parameters of torchvision's") {
  CHECK(infer(build_specification("resnet18", 224, 224, 3, 1000)).parameters == 11689512);
  CHECK(infer(build_specification("resnet34", 224, 224, 3, 1000)).parameters == 21797672);
}

TEST_CASE("simple_cnn is small enough to train in a minute") {
  const auto info = infer(build_specification("simple_cnn", 28, 28, 1, 10));
  CHECK(info.parameters == 77786);
  CHECK(info.multiply_adds < 8'000'000);
}

TEST_CASE("weights of a resnet are named as in a state_dict of torchvision") {
  const auto weights = infer(build_specification("resnet8", 32, 32, 3, 10)).weights();
  std::vector<std::string> names;
  for (const auto& weight : weights) names.push_back(weight.name);
  CHECK(names.front() == "conv1.weight");
  CHECK(std::count(names.begin(), names.end(), "layer2.0.downsample.0.weight") == 1);
  CHECK(std::count(names.begin(), names.end(), "layer2.0.downsample.1.running_var") == 1);
  CHECK(names.back() == "fc.bias");
}

TEST_CASE("every architecture takes gray and colour images and any number of classes") {
  for (const auto& name : architecture_names()) {
    for (const std::int64_t channels : {1, 3}) {
      const auto specification = build_specification(name, 28, 30, channels, 7);
      const auto info = infer(specification);
      CHECK(info.layers[info.output].output == Extent{7});
      CHECK(specification.name == name);
    }
  }
}

TEST_CASE("an architecture that is not there is told with the nearest name") {
  CHECK(error_of([] { build_specification("simple_cn", 32, 32, 3, 10); }) ==
        "unknown architecture \"simple_cn\"; did you mean \"simple_cnn\"?");
}

TEST_CASE("images that are too small for an architecture are told") {
  CHECK(
      error_of([] { build_specification("simple_cnn", 4, 28, 1, 10); }) ==
      "simple_cnn: layer \"block3.pool\": a window of 2 does not fit into 1 pixels; give larger images or a "
      "smaller network");
}
