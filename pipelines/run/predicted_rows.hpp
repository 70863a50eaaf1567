#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// A class with its probability.
struct RankedClass {
  std::size_t number = 0;
  double probability = 0;
};

/// Returns the `count` most probable classes, the most probable first; of equals, the lowest number first.
std::vector<RankedClass> most_probable(std::span<const float> logits, std::size_t count);

/// Formats what a model says of images, as lines of a table, of a CSV file and of JSON. All have the same
/// number of classes for each image.
class PredictedRows {
 public:
  /// `columns` is the width of the terminal, or 0 where lines may have any length; `longest` the columns of
  /// the longest name.
  PredictedRows(const std::vector<std::string>& class_names, std::size_t classes, std::size_t longest,
                std::size_t columns);

  std::string table_header() const;
  std::string table_line(const std::string& name, std::span<const RankedClass> said) const;
  /// The columns of `predictions.csv` that need no label: sample, index, predicted, confidence and
  /// predicted_name, and for each further class predicted_2, confidence_2, predicted_name_2 and so on.
  std::string csv_header() const;
  std::string csv_line(const std::string& name, std::size_t index, std::span<const RankedClass> said) const;
  Json json_line(const std::string& name, std::span<const RankedClass> said) const;

 private:
  std::string line(const std::string& name, const std::string& label, const std::string& probability,
                   const std::string& others) const;

  std::vector<std::string> class_names_;
  std::size_t classes_;
  std::size_t name_width_;
  std::size_t label_width_;
  std::size_t columns_;
};

}  // namespace fovea
