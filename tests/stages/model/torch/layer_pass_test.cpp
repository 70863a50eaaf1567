#include "stages/model/torch/layer_pass.hpp"

#include <ATen/TensorOperators.h>

#include "graph/json.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/torch/named_numbers.hpp"

using namespace fovea;
using fovea::testing::named_weight;
using fovea::testing::spread;

namespace {

/// A layer alone with what it computes from.
struct Alone {
  Step step;
  std::vector<at::Tensor> values, weights;
  LayerInfo info;

  explicit Alone(const Json& one) {
    step.kind = Conversion<LayerKind>::read(one.at("layer"), "layer");
    std::vector<Extent> extents;
    for (const auto& given : one.at("inputs")) {
      const auto sizes = given.get<std::vector<std::int64_t>>();
      extents.emplace_back(sizes.begin() + 1, sizes.end());
      step.inputs.push_back(values.size());
      values.push_back(spread("x" + std::to_string(values.size()), sizes) * one.at("scale").get<double>());
      if (sizes.size() == 4) values.back() = values.back().contiguous(at::MemoryFormat::ChannelsLast);
      values.back().requires_grad_(true);
    }
    step.output = values.size();
    info = infer_layer(step.kind, extents);
    for (const auto& weight : info.weights) {
      step.weights.push_back(weights.size());
      weights.push_back(named_weight(weight.name.empty() ? "layer" : "layer." + weight.name, weight.shape));
    }
  }
};

std::vector<float> numbers(const at::Tensor& x) {
  const auto plain = x.detach().to(at::kFloat).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

double largest_difference(const at::Tensor& found, const Json& wanted) {
  const auto values = numbers(found);
  REQUIRE(values.size() == wanted.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(values[i]) - wanted[i].get<double>()));
  return largest;
}

}  // namespace

// oracle/layers.py wrote what PyTorch's modules of the same names compute.
TEST_CASE("layers: each kind has PyTorch's values, gradients and shapes") {
  const auto oracle = parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/layers.json"));
  for (const auto& one : oracle.at("cases")) {
    INFO(one.at("layer").dump() << " of " << one.at("inputs").dump());
    Alone alone(one);
    const auto y =
        computed(alone.step, {alone.values, alone.weights}, {.training = one.at("training").get<bool>()});
    CHECK(y.sizes().vec() == one.at("output").get<std::vector<std::int64_t>>());
    CHECK(alone.info.output == Extent(y.sizes().begin() + 1, y.sizes().end()));
    CHECK(largest_difference(y, one.at("values")) < 1e-5);
    y.backward(spread("gradient", y.sizes()));
    for (std::size_t i = 0; i < alone.values.size(); ++i)
      CHECK(largest_difference(alone.values[i].grad(), one.at("gradients")[i]) < 2e-5);
  }
}

TEST_CASE("layers: in bf16 each kind stays near its values in fp32, and gives bf16") {
  const auto oracle = parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/layers.json"));
  for (const auto& one : oracle.at("cases")) {
    INFO(one.at("layer").dump() << " of " << one.at("inputs").dump());
    Alone alone(one);
    for (auto& value : alone.values) value = value.detach().to(at::kBFloat16).requires_grad_(true);
    const auto y = computed(alone.step, {alone.values, alone.weights},
                            {.training = one.at("training").get<bool>(), .precision = Precision::bf16});
    CHECK(y.scalar_type() == at::kBFloat16);
    CHECK(largest_difference(y, one.at("values")) < 0.1);
    y.backward(spread("gradient", y.sizes()).to(at::kBFloat16));
    CHECK(alone.values[0].grad().scalar_type() == at::kBFloat16);
  }
}
