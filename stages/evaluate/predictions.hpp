#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/array.hpp"
#include "stages/data/attributes.hpp"

namespace fovea {

/// A model's logits for each sample of a data set, with labels and names.
struct Predictions {
  static constexpr std::string_view kind = "Predictions";
  static const Codec& codec();

  Array<float> logits;                   ///< N x K: scores before softmax, or logarithms of probabilities
  Array<std::int32_t> labels;            ///< N: the true classes
  std::vector<std::string> class_names;  ///< K
  Names names{};                         ///< N: names of the samples; or none
  std::vector<Attribute> attributes{};   ///< text columns with N values each

  std::size_t size() const { return labels.size(); }
  std::size_t classes() const { return class_names.size(); }
  /// Returns the name of sample i, or its number where there are no names.
  std::string name(std::size_t i) const { return names.empty() ? std::to_string(i) : std::string(names[i]); }
  /// Returns the logits of sample i.
  std::span<const float> row(std::size_t i) const { return logits.span().subspan(i * classes(), classes()); }
  /// Returns the most probable class of sample i; of equals, the one with the lowest number.
  std::size_t predicted(std::size_t i) const {
    const auto all = row(i);
    return static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin());
  }
};

/// Returns the softmax of the logits of one sample.
std::vector<double> softmax(std::span<const float> logits);

/// Returns a CSV with one line per sample: sample (its name, or its number where it has none), index, label,
/// predicted, confidence (probability of `predicted`), correct, label_probability, label_name,
/// predicted_name, and each attribute under its name. The column of an attribute with the name of another
/// column has the prefix "attribute_".
std::string to_csv(const Predictions& predictions);

}  // namespace fovea
