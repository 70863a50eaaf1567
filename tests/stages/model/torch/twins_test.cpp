#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>

#include "graph/json.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/torch/network.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/torch/named_numbers.hpp"

using namespace fovea;
using fovea::testing::spread;

// oracle/twins.py wrote what torchvision's and timm's networks compute from the same weights.

namespace {

Json twins() {
  return parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/twins.json")).at("networks");
}

/// A network without dropout, with weights that follow from their names.
Network network(const std::string& name, std::int64_t height, std::int64_t width) {
  auto specification = build_specification(name, height, width, 3, 10);
  for (auto& layer : specification.layers) {
    if (auto* some = std::get_if<Dropout>(&layer.kind)) some->rate = 0;
    if (auto* whole = std::get_if<StochasticDepth>(&layer.kind)) whole->rate = 0;
  }
  return {specification, testing::named_weights(specification)};
}

at::Tensor images(std::int64_t count, std::int64_t height, std::int64_t width) {
  return spread("images", {count, 3, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

TEST_CASE("twins: every architecture has the logits of torchvision or timm, at two sizes") {
  const auto all = twins();
  for (const auto& [name, twin] : all.items()) {
    for (const auto& one : twin.at("logits")) {
      INFO(name << " " << one.at("height") << " x " << one.at("width"));
      const at::NoGradGuard no_gradients;
      const auto logits = network(name, one.at("height"), one.at("width"))
                              .forward(images(2, one.at("height"), one.at("width")), {})
                              .flatten();
      for (std::int64_t i = 0; i < logits.numel(); ++i) {
        const auto wanted = one.at("values")[static_cast<std::size_t>(i)].get<double>();
        CHECK(std::abs(logits[i].item<double>() - wanted) < 1e-4 * std::max(1.0, std::abs(wanted)));
      }
    }
  }
}

TEST_CASE("twins: one of each family has the gradients of all parameters") {
  const auto all = twins();
  for (const auto& [name, twin] : all.items()) {
    if (!twin.contains("backward")) continue;
    const auto& wanted = twin.at("backward");
    const auto side = wanted.at("side").get<std::int64_t>();
    auto net = network(name, side, side);
    const auto loss = at::cross_entropy_loss(
        net.forward(images(4, side, side), {.training = wanted.at("training").get<bool>()}),
        at::tensor({1, 7, 3, 3}, at::kLong));
    CHECK(loss.item<double>() == Approx(wanted.at("loss").get<double>()).epsilon(1e-4));
    loss.backward();
    const auto gradients = net.gradients();
    std::size_t at = 0;
    for (const auto& weight : infer(build_specification(name, side, side, 3, 10)).weights()) {
      if (weight.role == WeightRole::buffer) continue;
      INFO(name << " " << weight.name);
      const auto probe = spread("probe " + weight.name, {weight.count()});
      double squares = 0, sum = 0;
      for (std::int64_t i = 0; i < weight.count(); ++i, ++at) {
        squares += static_cast<double>(gradients[at]) * gradients[at];
        sum += static_cast<double>(gradients[at]) * probe.data_ptr<float>()[i];
      }
      const auto norm = wanted.at("gradients").at(weight.name)[0].get<double>();
      CHECK(std::sqrt(squares) == Approx(norm).epsilon(1e-3).margin(1e-6));
      CHECK(std::abs(sum - wanted.at("gradients").at(weight.name)[1].get<double>()) < 1e-3 * norm + 1e-6);
    }
  }
}
