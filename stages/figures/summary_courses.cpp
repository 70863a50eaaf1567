#include "stages/figures/summary_courses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stages/figures/picture.hpp"

namespace fovea {

using namespace render;

std::vector<Course> courses_of(const MetricsSummary& summary) {
  std::vector<Course> courses{{"Accuracy", &SettingSummary::accuracy},
                              {"Macro F1", &SettingSummary::macro_f1},
                              {"Weighted F1", &SettingSummary::weighted_f1},
                              {"Loss, nats", &SettingSummary::loss, NumberFormat::plain}};
  if (summary.k > 0) {
    const auto title = "Top-" + std::to_string(summary.k) + " accuracy";
    courses.insert(courses.begin() + 1, {title, &SettingSummary::top_k_accuracy});
  }
  return courses;
}

std::string written(double value, NumberFormat format, int significant) {
  if (!std::isfinite(value)) return "unknown";
  return format == NumberFormat::percent ? percent(value, 2) : number(value, significant);
}

std::string with_interval(const Spread& spread, NumberFormat format) {
  const auto mean = written(spread.mean, format);
  if (!std::isfinite(spread.low)) return mean;
  if (spread.is_cut())
    return mean + " (" + written(spread.low, format) + " to " + written(spread.high, format) + ")";
  return mean + " \u00b1 " + written(spread.reach(), format, 2);
}

void keep_possible(Axis& axis, std::span<const Spread> spreads) {
  Reach reach;
  for (const auto& spread : spreads) {
    for (const double value : spread.values) reach.add(value);
    reach.add(spread.low);
    reach.add(spread.high);
  }
  const auto range = reach.range(ScaleKind::linear);
  if (!range) return;
  const auto shown = padded(*range, ScaleKind::linear, 0.1);
  if (shown.low < 0) axis.low = 0;
  if (shown.high > 1 && axis.format == NumberFormat::percent) axis.high = 1;
}

Panel rows_panel(const std::string& title, const std::string& label, std::span<const Spread> spreads,
                 const std::vector<std::string>& names, NumberFormat format) {
  Panel panel{.title = title};
  panel.x = {.label = label, .format = format};
  keep_possible(panel.x, spreads);
  panel.y.low = -static_cast<double>(spreads.size()) + 0.5;
  panel.y.high = 0.5;
  const bool many = spreads.size() > 20;
  const double most = format == NumberFormat::percent ? 1 : std::numeric_limits<double>::infinity();
  Scatter dots{.color = test_color.faded(0.75), .radius = many ? 3.5 : 5.0};
  Scatter means{.color = ink, .radius = many ? 4.0 : 6.0, .shape = MarkerShape::diamond};
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    const auto& spread = spreads[i];
    const auto row = -static_cast<double>(i);
    panel.y.names.push_back({row, names[i]});
    if (std::isfinite(spread.low)) {
      panel.marks.push_back(Line{.x = {std::max(spread.low, 0.0), std::min(spread.high, most)},
                                 .y = {row, row},
                                 .color = okabe_ito::sky.faded(0.55),
                                 .width = many ? 6.0 : 12.0});
    }
    for (const double value : spread.values) {
      dots.x.push_back(value);
      dots.y.push_back(row);
    }
    means.x.push_back(spread.mean);
    means.y.push_back(row);
  }
  panel.marks.insert(panel.marks.end(), {std::move(dots), std::move(means)});
  return panel;
}

}  // namespace fovea
