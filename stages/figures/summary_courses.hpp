#pragma once

#include "render/chart/panel.hpp"
#include "stages/evaluate/metrics_summary.hpp"

namespace fovea {

/// One metric of a summary, and how it is written.
struct Course {
  std::string title;
  Spread SettingSummary::*spread;
  render::NumberFormat format = render::NumberFormat::percent;
};

/// Every metric of the whole that a summary holds.
std::vector<Course> courses_of(const MetricsSummary& summary);

/// A value of a metric as text; "unknown" where it is not finite.
std::string written(double value, render::NumberFormat format, int significant = 4);

/// "93.12 % ± 0.21 %", "99.12 % (98.05 % to 100 %)" where the interval is cut at what is possible, or the
/// mean alone where none is known.
std::string with_interval(const Spread& spread, render::NumberFormat format);

/// Has an axis show all of some spreads, and only what can be: nothing below 0, and no share above 1.
void keep_possible(render::Axis& axis, std::span<const Spread> spreads);

/// A row for each spread, the first at the top: its interval as a thick line, its runs as dots, its mean as a
/// diamond. `label` names the axis of values.
render::Panel rows_panel(const std::string& title, const std::string& label, std::span<const Spread> spreads,
                         const std::vector<std::string>& names, render::NumberFormat format);

}  // namespace fovea
