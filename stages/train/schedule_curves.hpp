#pragma once

#include <string>
#include <vector>

#include "stages/train/schedule.hpp"

namespace fovea {

/// How a part of training depends on the length of the run. Where the length decides, a longer run can't
/// resume from a shorter one; where it is ignored, the part does not see it.
enum class RunLength { decides, decides_without_decay_steps, ignored };

/// The peak and the number of steps that a curve is made for.
struct CurveRoom {
  double peak = 0;
  std::int64_t steps = 0;  ///< after the warmup; 0 where the curve ignores the length of the run
  std::int64_t total = 0;  ///< including the warmup; 0 likewise
};

/// A curve and its lowest rate, where it has an end.
struct ShapedCurve {
  Schedule::Curve curve;
  std::optional<double> floor;
};

/// One value of `schedule.type`: the function that makes its curve, and the settings that it uses.
struct CurveType {
  std::string name;
  std::function<ShapedCurve(const ScheduleParams&, CurveRoom)> make;
  std::vector<std::string> honours;
  RunLength length = RunLength::decides_without_decay_steps;
  bool honours_all = false;  ///< for a type that was added to `Extensions`

  bool depends_on_length(const ScheduleParams& params) const {
    return length == RunLength::decides ||
           (length == RunLength::decides_without_decay_steps && !params.decay_steps.value);
  }
};

/// Returns the type of that name, which must be one of `schedule.type`.
CurveType curve_type(const std::string& name);

}  // namespace fovea
