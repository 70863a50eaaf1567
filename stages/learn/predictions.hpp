#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/array.hpp"

namespace fovea {

/// What a model says of each sample of a data set.
struct Predictions {
  static constexpr std::string_view kind = "Predictions";
  static const Codec& codec();

  Array<float> probabilities;            ///< N x K
  Array<std::int32_t> labels;            ///< N: the truth
  std::vector<std::string> class_names;  ///< K

  std::size_t size() const { return labels.size(); }
  std::size_t classes() const { return class_names.size(); }
  std::span<const float> row(std::size_t i) const {
    return probabilities.span().subspan(i * classes(), classes());
  }
};

}  // namespace fovea
