#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/array.hpp"
#include "stages/data/names.hpp"

namespace fovea {

/// What a model says of each sample of a data set.
struct Predictions {
  static constexpr std::string_view kind = "Predictions";
  static const Codec& codec();

  Array<float> logits;                   ///< N x K: scores before softmax, or logarithms of probabilities
  Array<std::int32_t> labels;            ///< N: the truth
  std::vector<std::string> class_names;  ///< K
  Names names{};                         ///< N: what the samples are called; or none

  std::size_t size() const { return labels.size(); }
  std::size_t classes() const { return class_names.size(); }
  /// The logits of sample i.
  std::span<const float> row(std::size_t i) const { return logits.span().subspan(i * classes(), classes()); }
  /// The most probable class of sample i; of equals, the one with the lowest number.
  std::size_t predicted(std::size_t i) const {
    const auto all = row(i);
    return static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin());
  }
};

/// The probabilities of one sample: the softmax of its logits.
std::vector<double> softmax(std::span<const float> logits);

/// One line a sample as CSV: sample (its name, or its number where it has none), index, label, predicted,
/// confidence (probability of `predicted`), correct, label_probability, label_name, predicted_name.
std::string to_csv(const Predictions& predictions);

}  // namespace fovea
