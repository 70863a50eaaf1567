#include <ATen/TensorOperators.h>

#include <fstream>
#include <sstream>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/train/torch/loss.hpp"
#include "stages/train/torch/optimizer.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

// tests/stages/oracle/optimizers.py wrote the losses, with adadelta and muon of PyTorch, and lion and lamb of
// timm. It says where their definitions differ from these, and what makes them agree.

namespace {

Json optimizer_oracle() {
  return parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/optimizers.json"));
}

/// From -0.5 to 0.5, as in the script.
double oracle_number(std::uint32_t i, std::uint32_t purpose) {
  std::uint32_t x = i * 2654435761U + purpose * 40503U;
  for (int round = 0; round < 2; ++round) x = (x ^ x >> 16) * 0x45D9F3BU;
  return (x ^ x >> 16) / 4294967296.0 - 0.5;
}

struct OracleBatch {
  std::vector<float> images;
  Batch truth;
};

OracleBatch oracle_batch(std::uint32_t step) {
  OracleBatch batch;
  for (std::uint32_t i = 0; i < 16; ++i) {
    const auto image = (16 * step + i) % 80;
    for (std::uint32_t p = 0; p < 64; ++p) {
      const double bright = p / 8 == 2 * (image % 3) + 1 ? 1 : 0;
      batch.images.push_back(static_cast<float>(4 * oracle_number(64 * image + p, 1) + bright));
    }
    batch.truth.labels.push_back(image % 3);
  }
  return batch;
}

Specification oracle_specification() {
  auto specification = toy::specification();
  auto& layers = specification.layers;
  std::erase_if(layers, [](const Layer& layer) { return layer.name == "drop"; });
  layers.insert(layers.end() - 1, {{"hidden", Linear{40}, {}}, {"relu3", Relu{}, {}}});
  return specification;
}

std::vector<double> losses_of(const OptimizerParams& params, double rate) {
  const auto data = toy::images(3);
  const auto specification = oracle_specification();
  Network network(toy::model(specification, data));
  for (std::uint32_t i = 0; i < network.parameters().size(); ++i)
    network.parameters()[i] = static_cast<float>(0.6 * oracle_number(i, 2));
  const auto loss = make_loss({}, data);
  const auto optimizer = make_optimizer(params);
  const auto runs = weight_runs(infer(specification), params);
  auto state = optimizer->begin(network.parameters().size());
  std::vector<double> losses;
  for (std::uint32_t step = 0; step < 50; ++step) {
    const auto batch = oracle_batch(step);
    std::ranges::fill(network.gradients(), 0.0F);
    const auto scores = network.forward(image_tensor(batch.images, specification), {.training = true});
    const auto mean = (*loss)(scores, batch.truth).sum / 16;
    mean.backward();
    losses.push_back(mean.item<double>());
    optimizer->step(network.parameters(), network.gradients(), runs, rate, state);
  }
  return losses;
}

}  // namespace

TEST_CASE(
    "optimizer: the losses of 50 steps are those of PyTorch's adadelta and muon and timm's lion and lamb") {
  const auto oracle = optimizer_oracle();
  REQUIRE(oracle.at("optimizers").size() == 4);
  for (const auto& one : oracle.at("optimizers")) {
    const OptimizerParams params{.type = one.at("type"), .weight_decay = oracle.at("weight_decay")};
    INFO(params.type);
    const auto losses = losses_of(params, one.at("learning_rate"));
    const auto wanted = one.at("losses").get<std::vector<double>>();
    REQUIRE(wanted.size() == losses.size());
    for (std::size_t step = 0; step < wanted.size(); ++step) {
      INFO(step);
      CHECK(losses[step] == Approx(wanted[step]).epsilon(1e-5));
    }
  }
}
