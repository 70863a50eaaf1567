#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// How many values spread about their mean. What is not known, because there is one value or some are not
/// finite, is NaN.
struct Spread {
  std::vector<double> values;
  double mean = 0;
  double std = 0;   ///< of the sample: the sum of squares is divided by n - 1
  double low = 0;   ///< from here
  double high = 0;  ///< to here: the interval of the mean
  /// How far the interval reaches from the mean, on the longer side.
  double reach() const { return std::max(mean - low, high - mean); }
  /// Whether the interval would go on beyond what is possible, and so does not reach as far on both sides.
  bool is_cut() const { return std::abs((mean - low) - (high - mean)) > 1e-9; }
};

/// The confidence of intervals.
inline constexpr double confidence = 0.95;

/// Measures values, of which there is at least one. The interval is Student's, two-sided at 95 %:
/// mean +- t s / sqrt(n), where t is the 0.975 quantile with n - 1 degrees of freedom.
Spread spread_of(std::vector<double> values);
/// The same for values that lie between 0 and 1: so does the interval.
Spread spread_of_shares(std::vector<double> values);

/// Mean, deviation, interval and values; what is not known is null, with the reason beside it.
Json to_json(const Spread& spread);

}  // namespace fovea
