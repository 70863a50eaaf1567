#include <ATen/core/Tensor.h>

#include <cmath>

#include "stages/model/architectures/architectures.hpp"
#include "stages/train/torch/learner.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/torch/named_numbers.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;
using fovea::testing::spread;

// oracle/trainings.py wrote what PyTorch's losses are in the same training.

namespace {

constexpr std::size_t classes = 10, batch_count = 5;

/// One batch of the oracle: images of noise, each with the pattern of its class.
Dataset batch_of(std::size_t number, std::size_t count, std::int64_t side) {
  Dataset data;
  data.height = data.width = static_cast<std::size_t>(side);
  data.channels = 3;
  const auto pixels = data.height * data.width;
  std::vector<std::uint8_t> values(count * pixels * 3);
  std::vector<std::uint32_t> index(count);
  std::vector<std::int32_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) {
    index[i] = static_cast<std::uint32_t>(i);
    labels[i] = static_cast<std::int32_t>((number * count + i) % classes);
    const auto pattern = spread("class " + std::to_string(labels[i]), {3, side, side});
    const auto noise = spread("image " + std::to_string(number) + " " + std::to_string(i), {3, side, side});
    for (std::size_t p = 0; p < 3 * pixels; ++p) {
      const double value = 128 + 60 * static_cast<double>(pattern.data_ptr<float>()[p]) +
                           60 * static_cast<double>(noise.data_ptr<float>()[p]);
      values[(i * pixels + p % pixels) * 3 + p / pixels] = static_cast<std::uint8_t>(std::floor(value));
    }
  }
  data.pixels = std::move(values);
  data.index = std::move(index);
  data.labels = std::move(labels);
  data.parts = std::vector<std::uint8_t>(count, 0);
  for (std::size_t k = 0; k < classes; ++k) data.class_names.push_back(std::to_string(k));
  return data;
}

/// The network without dropout, with weights that follow from their names.
Model model_of(const std::string& name, const Dataset& data) {
  const auto side = static_cast<std::int64_t>(data.height);
  auto network = build_specification(name, side, side, 3, classes);
  for (auto& layer : network.layers) {
    if (auto* some = std::get_if<Dropout>(&layer.kind)) some->rate = 0;
    if (auto* whole = std::get_if<StochasticDepth>(&layer.kind)) whole->rate = 0;
  }
  Preprocessing how{.size = input_size(network), .fill = {0, 0, 0}, .mean = {}, .std = {}};
  how.mean.assign(3, 0.5);
  how.std.assign(3, 0.25);
  return {network, testing::named_weights(network), data.class_names, how};
}

/// The losses of as many steps as the oracle has, by the learner of the CPU.
std::vector<double> losses_of(const std::string& name, const Json& training) {
  const auto side = training.at("side").get<std::int64_t>();
  const auto count = training.at("batch_size").get<std::int64_t>();
  std::vector<AugmentationRecipe> batches;
  for (std::size_t number = 0; number < batch_count; ++number)
    batches.push_back(
        {.data = batch_of(number, static_cast<std::size_t>(count), side), .policy = {}, .seed = 1});
  const auto model = model_of(name, *batches[0].data);
  for (auto& one : batches) one.preprocessing = model.preprocessing;
  const auto json = parse_json(R"({"optimizer": {"type": "sgd", "momentum": 0, "nesterov": false,
      "weight_decay": 0}, "clip": {"global_norm": null}, "precision": "fp32"})");
  auto params = read_params<Train::Params>(json, "train");
  params.batch_size = count;
  const auto learner = Learner::make({.model = model, .batches = batches[0], .validation = batches[0].data},
                                     params, 1, {.name = "cpu"});
  TrainState state;
  learner->begin(state);
  state.history.steps_per_epoch = 1;
  for (std::size_t step = 0; step < training.at("losses").size(); ++step) {
    auto stream = BatchStream::training(batches[step % batch_count], 0, static_cast<std::size_t>(count), 1);
    learner->step(stream, static_cast<std::int64_t>(step), training.at("learning_rate").get<double>(), state);
  }
  return state.history.step_loss;
}

}  // namespace

TEST_CASE("trainings: networks of six families have the losses of PyTorch for 50 steps") {
  const auto all =
      parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/trainings.json")).at("trainings");
  CHECK(all.size() == 6);
  for (const auto& [name, training] : all.items()) {
    const auto losses = losses_of(name, training);
    REQUIRE(losses.size() == 50);
    REQUIRE(training.at("fp32_is_off").get<double>() < 1e-4);
    double furthest = 0;
    for (std::size_t step = 0; step < losses.size(); ++step) {
      const auto wanted = training.at("losses")[step].get<double>();
      furthest = std::max(furthest, std::abs(losses[step] / wanted - 1));
    }
    INFO(name << ": off by " << furthest << ", PyTorch's own fp32 by " << training.at("fp32_is_off"));
    CHECK(furthest < 1e-4);
  }
}
