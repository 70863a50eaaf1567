#pragma once

#include "render/chart/panel.hpp"
#include "stages/evaluate/metrics_summary.hpp"

namespace fovea {

/// One metric of a summary, with its number format.
struct Course {
  std::string title;
  Spread SettingSummary::*spread;
  render::NumberFormat format = render::NumberFormat::percent;
};

/// Returns all metrics over all classes of a summary.
std::vector<Course> courses_of(const MetricsSummary& summary);

/// Formats a value of a metric; "unknown" where it is not finite.
std::string written(double value, render::NumberFormat format, int significant = 4);

/// Formats a mean with its interval: "93.12 % ± 0.21 %", "99.12 % (98.05 % to 100 %)" where the interval is
/// cut at the limits of a share, or the mean alone where there is no interval.
std::string with_interval(const Spread& spread, render::NumberFormat format);

/// Limits an axis to the spreads and to possible values: nothing below 0, and no share above 1.
void keep_possible(render::Axis& axis, std::span<const Spread> spreads);

/// Returns a panel with one row per spread, the first at the top: its interval as a thick line, its runs as
/// dots, its mean as a diamond. `label` names the axis of values.
render::Panel rows_panel(const std::string& title, const std::string& label, std::span<const Spread> spreads,
                         const std::vector<std::string>& names, render::NumberFormat format);

}  // namespace fovea
