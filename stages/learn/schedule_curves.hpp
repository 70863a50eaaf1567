#pragma once

#include <string>
#include <vector>

#include "stages/learn/schedule.hpp"

namespace fovea {

/// What a curve has to fit into.
struct CurveRoom {
  double peak = 0;
  std::int64_t steps = 0;  ///< after the warmup
  std::int64_t total = 0;  ///< with it
};

/// A curve, and the rate that it comes down to where it has an end.
struct ShapedCurve {
  Schedule::Curve curve;
  std::optional<double> floor;
};

/// One value of `schedule.type`: how its curve is made, and which of the settings that shape curves it
/// honours.
struct CurveType {
  std::string name;
  ShapedCurve (*make)(const ScheduleParams&, CurveRoom);
  std::vector<std::string> honours;
};

/// The type of that name, which must be one of `schedule.type`.
const CurveType& curve_type(const std::string& name);

}  // namespace fovea
