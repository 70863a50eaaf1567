#pragma once

#include <string>

#include "stages/model/model.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea::testing {

/// The bytes of a .safetensors file: the length of the header, the header, the data.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

/// A network of a convolution, a normalisation and a head for images of 4 x 6 pixels, its weights being
/// 0.5, 1, 1.5, ... in their order.
inline Model small_model(std::int64_t channels = 3, std::int64_t classes = 2) {
  Model model;
  const Conv conv{.channels = 4, .kernel = 3, .stride = 1, .padding = 1, .groups = 1, .bias = false};
  model.specification = {"small",
                         4,
                         6,
                         channels,
                         classes,
                         {{"conv1", conv, {}},
                          {"bn1", BatchNorm{}, {}},
                          {"relu", Relu{}, {}},
                          {"mean", GlobalAveragePool{}, {}},
                          {"flat", Flatten{}, {}},
                          {"fc", Linear{classes}, {}}}};
  float next = 0;
  for (const auto& weight : infer(model.specification).weights()) {
    std::vector<float> values(static_cast<std::size_t>(weight.count()));
    const bool counter = weight.shape.empty();
    for (auto& value : values) value = counter ? 7 : next += 0.5F;
    model.weights.push_back(
        {weight.name, Shape(weight.shape.begin(), weight.shape.end()), std::move(values)});
  }
  for (std::int64_t k = 0; k < classes; ++k) model.class_names.push_back("class " + std::to_string(k));
  const auto count = static_cast<std::size_t>(channels);
  model.preprocessing =
      normalising({4, 6, count}, std::vector<double>(count, 0.4), std::vector<double>(count, 0.2));
  model.preprocessing.fit = Fit::short_side;
  model.preprocessing.crop_pct = 0.875;
  return model;
}

inline bool same_weights(const std::vector<NamedArray>& a, const std::vector<NamedArray>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const NamedArray& x, const NamedArray& y) {
    return x.name == y.name && x.shape == y.shape &&
           std::equal(x.values.begin(), x.values.end(), y.values.begin(), y.values.end());
  });
}

}  // namespace fovea::testing
