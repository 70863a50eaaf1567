#include "stages/model/memory.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "stages/model/architectures/architectures.hpp"
#include "stages/model/numerics.hpp"
#include "stages/model/torch/setup.hpp"
#include "stages/train/torch/learner.hpp"
#include "tests/catch.hpp"
#include "tests/stages/model/torch/counted_memory.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

struct Case {
  const char* architecture;
  std::int64_t side, batch;
};

std::vector<Precision> precisions() {
  return cpu_has_bf16() ? std::vector{Precision::fp32, Precision::bf16} : std::vector{Precision::fp32};
}

/// Two batches of gray noise with ten classes.
Dataset noise(const Case& one) {
  Dataset data;
  data.height = data.width = static_cast<std::size_t>(one.side);
  data.channels = 3;
  const auto count = static_cast<std::size_t>(2 * one.batch);
  std::vector<std::uint8_t> pixels(count * data.height * data.width * data.channels);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
  std::vector<std::uint32_t> index(count);
  std::iota(index.begin(), index.end(), 0U);
  data.pixels = std::move(pixels);
  data.index = std::move(index);
  std::vector<std::int32_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::int32_t>(i % 10);
  data.labels = std::move(labels);
  data.parts = std::vector<std::uint8_t>(count, 0);
  for (int k = 0; k < 10; ++k) data.class_names.push_back(std::to_string(k));
  measure_statistics(data);
  return data;
}

std::int64_t bytes_in(const std::vector<float>& values) {
  return static_cast<std::int64_t>(values.size() * sizeof(float));
}
std::int64_t bytes_in(const Weights& weights) {
  return bytes_in(weights.parameters) + bytes_in(weights.buffers);
}

/// The most bytes at once of two steps: of LibTorch's tensors, and of all lists of weights beside them.
std::int64_t measured(const Case& one, const Train::Params& params) {
  const auto data = noise(one);
  const auto specification = build_specification(one.architecture, one.side, one.side, 3, 10);
  const Train::In<Value> in{
      .model = toy::model(specification, data), .batches = toy::batches(data), .validation = data};
  auto& memory = CountedMemory::here();
  std::int64_t bytes = 0;
  with_torch([&] {
    const auto before = memory.begin();
    const auto learner = Learner::make(in, params, 3, the_cpu());
    TrainState state;
    learner->begin(state);
    state.history.steps_per_epoch = 2;
    auto stream = BatchStream::training(*in.batches, 0, static_cast<std::size_t>(one.batch), 1);
    for (int step = 0; step < 2; ++step) learner->step(stream, step, 1e-5, state);
    bytes = memory.peak() - before + 2 * bytes_in(learner->network().weights()) + bytes_in(state.average);
    for (const auto& moment : state.optimizer.moments) bytes += bytes_in(moment);
  });
  return bytes;
}

void check(const Case& one, const std::string& settings, MemorySettings predicted_for = {}) {
  for (const auto precision : precisions()) {
    predicted_for.precision = precision;
    auto json = parse_json(settings);
    json.update({{"precision", name_of(precision)}, {"batch_size", one.batch}});
    const auto memory = training_memory(build_specification(one.architecture, one.side, one.side, 3, 10),
                                        predicted_for, one.batch);
    const auto bytes = static_cast<double>(measured(one, read_params<Train::Params>(json, "train")));
    INFO(one.architecture << " in " << name_of(precision) << ": measured " << bytes << ", predicted "
                          << memory.of_training() << ", of which both passes "
                          << memory.kept + memory.temporary);
    // How many threads have scratch memory of a convolution at once depends on when they run.
    constexpr double scratch = 2 << 20;
    CHECK(static_cast<double>(memory.of_training()) == Approx(bytes).epsilon(0.1).margin(scratch));
  }
}

}  // namespace

TEST_CASE("training memory: it is predicted within 10 % for a network of each family") {
  for (const Case one : {Case{"simple_cnn", 28, 64},
                         {"resnet20", 32, 8},
                         {"mobilenet_v3_small", 64, 8},
                         {"efficientnet_b0", 64, 4},
                         {"convnext_atto", 64, 4},
                         {"vit_tiny_patch16", 64, 8},
                         {"densenet121", 64, 4}})
    check(one, "{}");
}

TEST_CASE("training memory: sgd with and without momentum, and an average of the weights, are predicted") {
  const Case one{"mobilenet_v3_small", 64, 4};
  check(one, R"({"optimizer": {"type": "sgd"}, "ema_decay": 0.9})", {.optimizer = "sgd", .average = true});
  check(one, R"({"optimizer": {"type": "sgd", "momentum": 0, "nesterov": false}})",
        {.optimizer = "sgd", .momentum = false});
}

TEST_CASE("training memory: it is predicted within 10 % where the forward pass is computed twice") {
  check({"resnet20", 32, 16}, R"({"gradient_checkpointing": true})", {.recompute = true});
}

TEST_CASE("inference memory: the values of a pass are predicted within 10 % for a network of each family") {
  for (const Case one : {Case{"simple_cnn", 28, 64},
                         {"resnet18", 64, 8},
                         {"mobilenet_v3_small", 64, 16},
                         {"efficientnet_b0", 64, 8},
                         {"convnext_atto", 64, 8},
                         {"vit_tiny_patch16", 64, 16},
                         {"densenet121", 64, 8}}) {
    const auto specification = build_specification(one.architecture, one.side, one.side, 3, 10);
    Network network(toy::model(specification, noise(one)));
    const std::vector<float> pixels(static_cast<std::size_t>(one.batch * 3 * one.side * one.side), 0.5F);
    const auto images = image_tensor(pixels, specification);
    const at::NoGradGuard no_gradients;
    for (const auto precision : precisions()) {
      const ComputeType type{precision == Precision::fp32 ? 4 : 2, compute_threads(), true, true};
      const auto predicted = static_cast<double>(forward_memory(specification, one.batch, type));
      std::int64_t bytes = 0;
      with_torch([&] {
        network.fold(precision);
        const Pass pass{.precision = precision};
        auto& memory = CountedMemory::here();
        network.forward(images, pass);
        const auto before = memory.begin();
        network.forward(images, pass);
        bytes = memory.peak() - before;
      });
      INFO(one.architecture << " in " << name_of(precision));
      constexpr double scratch = 1 << 20;
      CHECK(predicted == Approx(static_cast<double>(bytes)).epsilon(0.1).margin(scratch));
    }
  }
}
