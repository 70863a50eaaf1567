#pragma once

#include "stages/model/model.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea::testing {

/// A network of one layer for images of 4 x 6 pixels in RGB.
inline Model small_model() {
  Model model;
  model.specification = {
      "small", 4, 6,
      3,       2, {{"mean", GlobalAveragePool{}, {}}, {"flat", Flatten{}, {}}, {"fc", Linear{2}, {}}}};
  model.weights = {{"fc.weight", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}},
                   {"fc.bias", {2}, std::vector<float>{7, 8}}};
  model.class_names = {"cat", "dog"};
  model.preprocessing = normalising({4, 6, 3}, {0.4, 0.5, 0.6}, {0.1, 0.2, 0.3});
  return model;
}

}  // namespace fovea::testing
