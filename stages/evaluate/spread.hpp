#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// The spread of several values about their mean. Numbers that are unknown, because there is one value or
/// some are not finite, are NaN.
struct Spread {
  std::vector<double> values;
  double mean = 0;
  double std = 0;   ///< sample standard deviation, with divisor n - 1
  double low = 0;   ///< lower end of the mean's interval
  double high = 0;  ///< upper end
  /// Returns the distance from the mean to the further end of the interval.
  double reach() const { return std::max(mean - low, high - mean); }
  /// Returns whether the interval was cut at the limits of a share, and so is not symmetric.
  bool is_cut() const { return std::abs((mean - low) - (high - mean)) > 1e-9; }
};

/// The confidence level of intervals.
inline constexpr double confidence = 0.95;

/// Returns the spread of at least one value. The interval is Student's, two-sided at 95 %: mean +- t s /
/// sqrt(n), where t is the 0.975 quantile with n - 1 degrees of freedom.
Spread spread_of(std::vector<double> values);
/// Returns the spread of values between 0 and 1, with the interval cut to that range.
Spread spread_of_shares(std::vector<double> values);

/// Returns mean, standard deviation, interval and values; an unknown number is null, with the reason beside
/// it.
Json to_json(const Spread& spread);

}  // namespace fovea
