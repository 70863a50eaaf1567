#pragma once

#include <span>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// How many finite values fell into intervals of one width, from the least value to the most.
struct Histogram {
  double least = 0, most = 0, count = 0, sum = 0, sum_of_squares = 0;
  std::vector<double> counts{};  ///< by interval; none where there is no value
  /// The upper end of each interval.
  std::vector<double> limits() const;
};

/// The finite ones among the values in 64 intervals.
Histogram histogram_of(std::span<const float> values);

/// A histogram as events carry it, there and back.
Json to_json(const Histogram& histogram);
Histogram histogram_from(const Json& json);

}  // namespace fovea
