#include <cmath>
#include <cstdio>
#include <cstring>

#include "pipelines/run/export_onnx.hpp"
#include "runtime/random.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "tests/stages/model/onnx/every_layer.hpp"

// Exports a network with random weights: write_exports NAME FILE.onnx [uint8|float32 nhwc|nchw]. Without
// arguments it tells the names.

namespace {

using namespace fovea;

/// Numbers of the size that keeps values of a network as they are from layer to layer.
std::vector<float> values_for(const WeightInfo& weight, std::uint32_t number) {
  Random random(0, Purpose::initialise, 0, number);
  std::vector<float> values(static_cast<std::size_t>(weight.count()));
  const bool matrix = weight.shape.size() > 1 && weight.role == WeightRole::weight;
  const auto outputs = matrix ? weight.shape[0] : 1;
  const auto spread = std::sqrt(3 * static_cast<float>(outputs) / static_cast<float>(weight.count()));
  const bool factor = weight.first.size == 1 || weight.role == WeightRole::norm;
  for (auto& value : values) {
    value = matrix ? random.uniform(-spread, spread) : random.uniform(-0.1F, 0.1F) + (factor ? 1.0F : 0.0F);
  }
  return values;
}

Specification network(const std::string& name) {
  if (name == "every_layer") return testing::every_layer();
  const auto& one = find_architecture(name);
  return build_specification(name, one.image_side, one.image_side, 3, 10);
}

Model model_of(const std::string& name) {
  Model model;
  model.specification = network(name);
  std::uint32_t number = 0;
  for (const auto& weight : infer(model.specification).weights()) {
    model.weights.push_back(
        {weight.name, Shape(weight.shape.begin(), weight.shape.end()), values_for(weight, number++)});
  }
  for (std::int64_t i = 0; i < model.specification.classes; ++i)
    model.class_names.push_back("class " + std::to_string(i));
  model.preprocessing = {.size = input_size(model.specification),
                         .fit = Fit::short_side,
                         .crop_pct = 0.875,
                         .filter = {},
                         .fill = {0, 0, 0},
                         .mean = {0.485, 0.456, 0.406},
                         .std = {0.229, 0.224, 0.225}};
  return model;
}

}  // namespace

int main(int count, char** words) try {
  if (count == 1) {
    std::puts("every_layer");
    for (const auto& name : architectures()) std::puts(name.name.c_str());
    return 0;
  }
  OnnxInput input;
  if (count > 3) input.as_float = std::strcmp(words[3], "float32") == 0;
  if (count > 4) input.channels_last = std::strcmp(words[4], "nhwc") == 0;
  export_onnx(model_of(words[1]), words[2], input);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "write_exports: %s\n", error.what());
  return 1;
}
