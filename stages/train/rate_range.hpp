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
  std::vector<double> loss;  ///< of the batch; that of the last step may be infinite or NaN
  bool diverged = false;     ///< whether the run ended because the loss grew
};

/// Returns the exponential moving average of the loss with decay 0.9, bias-corrected as in Adam.
std::vector<double> smoothed(const std::vector<double>& loss);

/// Returns the rate before the lowest smoothed loss at which that loss falls fastest over the logarithm of
/// the rate; nothing where it never falls.
std::optional<double> suggested_rate(const RateRange& range);

}  // namespace fovea
