#include "stages/model/architectures/architectures.hpp"

#include <algorithm>
#include <array>

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

// The numbers are those of torchvision 0.2x and timm 1.0.31, for 1,000 and 10 classes at 224 pixels.
TEST_CASE("every architecture with a twin has its parameters, buffers and tensors") {
  struct Twin {
    const char* name;
    std::array<std::int64_t, 2> parameters, buffers;
    std::size_t tensors;
  };
  const Twin twins[] = {{"resnet18", {11689512, 11181642}, {9620, 9620}, 122},
                        {"resnet34", {21797672, 21289802}, {17060, 17060}, 218},
                        {"resnet50", {25557032, 23528522}, {53173, 53173}, 320},
                        {"resnet101", {44549160, 42520650}, {105448, 105448}, 626},
                        {"convnext_tiny", {28589128, 27827818}, {0, 0}, 182},
                        {"convnext_small", {50223688, 49462378}, {0, 0}, 344},
                        {"vit_base_patch16", {86567656, 85806346}, {0, 0}, 152},
                        {"efficientnet_b0", {5288548, 4020358}, {42065, 42065}, 360},
                        {"mobilenet_v2", {3504872, 2236682}, {34164, 34164}, 314},
                        {"mobilenet_v3_small", {2542856, 1528106}, {12146, 12146}, 244},
                        {"mobilenet_v3_large", {5483032, 4214842}, {24446, 24446}, 312},
                        {"squeezenet1_1", {1235496, 727626}, {0, 0}, 52},
                        {"densenet121", {7978856, 6964106}, {83769, 83769}, 727},
                        {"vit_tiny_patch16", {5717416, 5526346}, {0, 0}, 152},
                        {"vit_small_patch16", {22050664, 21669514}, {0, 0}, 152},
                        {"convnext_atto", {3695520, 3377730}, {0, 0}, 128},
                        {"convnext_femto", {5217784, 4836634}, {0, 0}, 128},
                        {"convnext_pico", {9045672, 8537802}, {0, 0}, 128},
                        {"convnext_nano", {15593560, 14958970}, {0, 0}, 146}};
  for (const auto& twin : twins) {
    for (const std::size_t i : {0U, 1U}) {
      INFO(twin.name);
      const auto info = infer(build_specification(twin.name, 224, 224, 3, i == 0 ? 1000 : 10));
      std::int64_t buffers = 0;
      for (const auto& weight : info.weights())
        buffers += weight.role == WeightRole::buffer ? weight.count() : 0;
      CHECK(info.parameters == twin.parameters.at(i));
      CHECK(buffers == twin.buffers.at(i));
      CHECK(info.weights().size() == twin.tensors);
    }
  }
}

TEST_CASE("wide_resnet28_10 has the 36.5 million parameters of Zagoruyko and Komodakis (2016), table 4") {
  CHECK(infer(build_specification("wide_resnet28_10", 32, 32, 3, 10)).parameters == 36479194);
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

TEST_CASE("every architecture takes gray and colour images of any shape and any number of classes") {
  for (const auto& one : architectures()) {
    for (const std::int64_t channels : {1, 3}) {
      const auto specification = build_specification(one.name, 64, 96, channels, 7);
      const auto info = infer(specification);
      CHECK(info.layers[info.output].output == Extent{7});
      CHECK(specification.name == one.name);
    }
  }
}

TEST_CASE("an architecture is found by its short name too, and keeps its own") {
  CHECK(build_specification("vit_tiny", 32, 32, 3, 10).name == "vit_tiny_patch16");
}

TEST_CASE("images that are no whole patches are told") {
  CHECK(error_of([] { build_specification("vit_tiny_patch16", 100, 96, 3, 10); }) ==
        "vit_tiny_patch16: images of 100 x 96 pixels are not whole patches of 16 x 16; give multiples of 16");
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
