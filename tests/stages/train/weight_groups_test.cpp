#include "stages/train/weight_groups.hpp"

#include "stages/model/architectures/architectures.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

NetworkInfo resnet() {
  return infer(build_specification("resnet8", 32, 32, 3, 10));
}

/// The first run of the parameter of that name.
WeightRun run_of(const NetworkInfo& info, const std::vector<WeightRun>& runs, const std::string& name) {
  std::size_t i = 0;
  for (const auto& weight : info.weights()) {
    if (weight.role == WeightRole::buffer) continue;
    if (weight.name == name) return runs[i];
    ++i;
  }
  throw std::out_of_range(name);
}

}  // namespace

TEST_CASE("weight groups: the runs cover all parameters, one for each tensor") {
  const auto info = resnet();
  std::size_t next = 0;
  for (const auto& run : weight_runs(info, {})) {
    CHECK(run.first == next);
    next += run.count;
  }
  CHECK(next == static_cast<std::size_t>(info.parameters));
}

TEST_CASE("weight groups: only matrices and convolutions decay, unless all are to") {
  const auto info = resnet();
  const auto runs = weight_runs(info, {.weight_decay = 0.5});
  CHECK(run_of(info, runs, "layer1.0.conv1.weight").decay == 0.5);
  CHECK(run_of(info, runs, "layer1.0.bn1.weight").decay == 0);
  CHECK(run_of(info, runs, "fc.bias").decay == 0);
  const auto all = weight_runs(info, {.weight_decay = 0.5, .decay_norm_and_bias = true});
  CHECK(merged(all).size() == 1);
  CHECK(merged(all)[0].count == static_cast<std::size_t>(info.parameters));
}

TEST_CASE("weight groups: blocks go from the image to the classes, norms with what they normalise") {
  const auto info = resnet();
  const auto blocks = blocks_of(info);
  std::vector<std::string> lines;
  std::size_t i = 0;
  for (const auto& weight : info.weights()) {
    if (weight.role == WeightRole::buffer) continue;
    if (weight.name.find("layer3.0.") != std::string::npos) CHECK(blocks[i] == 3);
    ++i;
  }
  CHECK(blocks.front() == 0);
  CHECK(blocks[1] == 0);  // bn1
  CHECK(blocks.back() == 4);
}

// As timm's param_groups_layer_decay: the classifier has the whole rate, each block before it 0.5 times that
// of the next.
TEST_CASE("weight groups: with layer decay each block learns at a share of the next one's rate") {
  const auto info = resnet();
  const auto runs = weight_runs(info, {.layer_decay = 0.5});
  CHECK(run_of(info, runs, "fc.weight").rate == 1);
  CHECK(run_of(info, runs, "fc.bias").rate == 1);
  CHECK(run_of(info, runs, "layer3.0.downsample.0.weight").rate == 0.5);
  CHECK(run_of(info, runs, "layer1.0.bn2.weight").rate == 0.125);
  CHECK(run_of(info, runs, "bn1.bias").rate == 0.0625);
}

TEST_CASE("weight groups: the first pattern that fits sets rate and decay") {
  const auto info = resnet();
  OptimizerParams params{.weight_decay = 0.5};
  params.parameter_groups = {{"fc.*", 0.1, 0.25}, {"*.bias", 0, {}}, {"conv1.*", 2, {}}};
  const auto runs = weight_runs(info, params);
  CHECK(run_of(info, runs, "fc.bias").rate == 0.1);
  CHECK(run_of(info, runs, "fc.bias").decay == 0.25);
  CHECK(run_of(info, runs, "bn1.bias").rate == 0);
  CHECK(run_of(info, runs, "conv1.weight").rate == 2);
  CHECK(run_of(info, runs, "conv1.weight").decay == 0.5);
  CHECK(run_of(info, runs, "layer1.0.conv1.weight").rate == 1);
}

TEST_CASE("weight groups: a pattern that fits nothing is refused with the nearest name") {
  OptimizerParams params;
  params.parameter_groups = {{"fc.weights"}};
  CHECK(error_of([&] { weight_runs(resnet(), params); }) ==
        "optimizer.parameter_groups[0].names: \"fc.weights\" fits no parameter; did you mean \"fc.weight\"?");
}

TEST_CASE("weight groups: matrices between the first and the last layer have rows, nothing else has") {
  const auto info = resnet();
  const auto runs = weight_runs(info, {});
  CHECK(run_of(info, runs, "conv1.weight").rows == 0);
  CHECK(run_of(info, runs, "layer1.0.conv1.weight").rows == 16);
  CHECK(run_of(info, runs, "layer2.0.bn1.weight").rows == 0);
  CHECK(run_of(info, runs, "fc.weight").rows == 0);
}
