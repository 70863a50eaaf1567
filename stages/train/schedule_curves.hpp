#pragma once

#include <string>
#include <vector>

#include "stages/train/schedule.hpp"

namespace fovea {

/// What the length of a run has to do with a part of training. Where it decides, a longer run can't go on
/// from a shorter one; where it does not, the part is not told of it.
enum class RunLength { decides, decides_without_decay_steps, ignored };

/// What a curve has to fit into.
struct CurveRoom {
  double peak = 0;
  std::int64_t steps = 0;  ///< after the warmup; 0 where the length of the run does not decide
  std::int64_t total = 0;  ///< with it, likewise
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
  std::function<ShapedCurve(const ScheduleParams&, CurveRoom)> make;
  std::vector<std::string> honours;
  RunLength length = RunLength::decides_without_decay_steps;
  bool honours_all = false;  ///< one that was added from outside

  bool depends_on_length(const ScheduleParams& params) const {
    return length == RunLength::decides ||
           (length == RunLength::decides_without_decay_steps && !params.decay_steps.value);
  }
};

/// The type of that name, which must be one of `schedule.type`.
CurveType curve_type(const std::string& name);

}  // namespace fovea
