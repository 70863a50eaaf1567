#pragma once

#include <span>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// The counts of finite values in intervals of equal width, from the smallest value to the largest.
struct Histogram {
  double least = 0, most = 0, count = 0, sum = 0, sum_of_squares = 0;
  std::vector<double> counts{};  ///< by interval; empty without values
  /// Returns the upper end of each interval.
  std::vector<double> limits() const;
};

/// Returns the histogram of the finite values in 64 intervals.
Histogram histogram_of(std::span<const float> values);

/// Converts a histogram to and from the JSON of an event.
Json to_json(const Histogram& histogram);
Histogram histogram_from(const Json& json);

}  // namespace fovea
