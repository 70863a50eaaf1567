#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/port.hpp"

namespace fovea {

/// The loss at rising learning rates, one step each (Smith, 2017).
struct RateRange {
  static constexpr std::string_view kind = "RateRange";
  static const Codec& codec();

  std::vector<double> rate;  ///< ascending, by step
  std::vector<double> loss;  ///< of the batch; of the last step perhaps not finite
  bool diverged = false;     ///< whether it ended because the loss grew
};

/// The loss as a mean over earlier steps that forgets by 0.9 a step, corrected for its beginning as Adam's
/// is.
std::vector<double> smoothed(const std::vector<double>& loss);

/// The rate at which the smoothed loss falls fastest by the logarithm of the rate, before its lowest point;
/// nothing where it never falls.
std::optional<double> suggested_rate(const RateRange& range);

}  // namespace fovea
