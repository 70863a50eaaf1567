#include "stages/figures/plot_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/layout.hpp"
#include "render/table.hpp"

namespace fovea {

namespace {

using namespace render;

constexpr std::size_t most_named_classes = 40;
constexpr std::size_t most_weakest = 10;
constexpr Color run_color = test_color;
constexpr Color interval_color = okabe_ito::sky;

/// One metric over the runs, and how it is written.
struct Course {
  std::string title;
  const Spread* spread;
  NumberFormat format = NumberFormat::percent;
};

std::vector<Course> courses_of(const MetricsSummary& summary) {
  std::vector<Course> courses{{"Accuracy", &summary.accuracy},
                              {"Macro F1", &summary.macro_f1},
                              {"Weighted F1", &summary.weighted_f1},
                              {"Loss, nats", &summary.loss, NumberFormat::plain}};
  if (summary.k > 0) {
    const auto title = "Top-" + std::to_string(summary.k) + " accuracy";
    courses.insert(courses.begin() + 1, {title, &summary.top_k_accuracy});
  }
  return courses;
}

std::string written(double value, NumberFormat format, int significant = 4) {
  if (!std::isfinite(value)) return "unknown";
  return format == NumberFormat::percent ? percent(value, 2) : number(value, significant);
}

std::string with_interval(const Spread& spread, NumberFormat format) {
  const auto mean = written(spread.mean, format);
  if (!std::isfinite(spread.low)) return mean;
  return mean + " \u00b1 " + written(spread.reach(), format, 2);
}

/// An axis shows what can be: nothing below 0, and no share above 1.
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

Panel runs_panel(const Course& course, std::size_t runs) {
  const auto& spread = *course.spread;
  Panel panel{.title = course.title, .subtitle = with_interval(spread, course.format)};
  const double first = 0.5, last = static_cast<double>(runs) + 0.5;
  panel.x = {.label = "run", .integers = true, .low = first, .high = last};
  panel.y.format = course.format;
  keep_possible(panel.y, {&spread, 1});
  if (std::isfinite(spread.low)) {
    panel.marks.push_back(Band{.x = {first, last},
                               .low = {spread.low, spread.low},
                               .high = {spread.high, spread.high},
                               .color = interval_color.faded(0.3)});
  }
  panel.marks.push_back(
      Line{.x = {first, last}, .y = {spread.mean, spread.mean}, .color = quiet_ink, .width = 2});
  Scatter dots{.y = spread.values, .color = run_color, .radius = runs > 50 ? 3.0 : 6.0};
  for (std::size_t run = 1; run <= runs; ++run) dots.x.push_back(static_cast<double>(run));
  panel.marks.push_back(std::move(dots));
  return panel;
}

/// A row for each class, the first at the top: its interval as a thick line, its runs as dots.
Panel classes_by_name(const MetricsSummary& summary) {
  Panel panel{.title = "F1 of each class"};
  panel.x = {.label = "F1", .format = NumberFormat::percent};
  keep_possible(panel.x, summary.class_f1);
  const auto classes = summary.class_names.size();
  panel.y.low = -static_cast<double>(classes) + 0.5;
  panel.y.high = 0.5;
  Scatter dots{.color = run_color.faded(0.75), .radius = classes > 20 ? 3.5 : 5.0};
  Scatter means{.color = ink, .radius = classes > 20 ? 4.0 : 6.0, .shape = MarkerShape::diamond};
  for (std::size_t c = 0; c < classes; ++c) {
    const auto& spread = summary.class_f1[c];
    const auto row = -static_cast<double>(c);
    panel.y.names.push_back({row, summary.class_names[c]});
    if (std::isfinite(spread.low)) {
      panel.marks.push_back(Line{.x = {std::max(spread.low, 0.0), std::min(spread.high, 1.0)},
                                 .y = {row, row},
                                 .color = interval_color.faded(0.55),
                                 .width = classes > 20 ? 6.0 : 12.0});
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

/// The numbers of the classes, the lowest mean first.
std::vector<std::size_t> weakest_first(const MetricsSummary& summary) {
  std::vector<std::size_t> order(summary.class_names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return summary.class_f1[a].mean < summary.class_f1[b].mean; });
  return order;
}

Panel classes_sorted(const MetricsSummary& summary) {
  Panel panel{.title = "F1 of each class, sorted"};
  panel.x = {.label = "class, the lowest first", .integers = true};
  panel.y = {.format = NumberFormat::percent};
  keep_possible(panel.y, summary.class_f1);
  Band interval{.color = interval_color.faded(0.4)};
  Line mean{.color = ink, .width = 2};
  for (const auto c : weakest_first(summary)) {
    interval.low.push_back(summary.class_f1[c].low);
    interval.high.push_back(summary.class_f1[c].high);
    mean.y.push_back(summary.class_f1[c].mean);
  }
  panel.marks = {std::move(interval), std::move(mean)};
  return panel;
}

Table numbers_table(const std::vector<Course>& courses) {
  Table table{.title = "In numbers",
              .headings = {"", "mean", "deviation", "lowest run", "highest run"},
              .align = {Align::start, Align::end, Align::end, Align::end, Align::end}};
  for (const auto& course : courses) {
    const auto [low, high] = std::minmax_element(course.spread->values.begin(), course.spread->values.end());
    table.rows.push_back({course.title, written(course.spread->mean, course.format),
                          written(course.spread->deviation, course.format, 2), written(*low, course.format),
                          written(*high, course.format)});
  }
  return table;
}

Table weakest_table(const MetricsSummary& summary) {
  Table table{.title = "Lowest F1", .headings = {"class", "mean"}, .align = {Align::start, Align::end}};
  auto order = weakest_first(summary);
  order.resize(std::min(order.size(), most_weakest));
  for (const auto c : order) {
    table.rows.push_back({summary.class_names[c], with_interval(summary.class_f1[c], NumberFormat::percent)});
  }
  return table;
}

render::Part classes_chart(const MetricsSummary& summary) {
  if (summary.class_names.size() <= most_named_classes) return {classes_by_name(summary), 1, 3};
  const std::vector<render::Part> parts{classes_sorted(summary), weakest_table(summary)};
  return {Figure{.rows = {3, 2}, .parts = parts}, 1, 3};
}

std::string legend_in_words(const MetricsSummary& summary) {
  const auto runs = summary.runs();
  if (runs == 1) return "1 run, which tells nothing of a spread";
  return grouped(static_cast<long long>(runs)) +
         " runs; dots: each run, line or diamond: mean, blue: 95 % interval of the mean (Student's t)";
}

}  // namespace

render::Drawing draw_summary(const MetricsSummary& summary, render::Size size,
                             const render::Measure& measure) {
  Figure figure{
      .title = "Summary of runs", .subtitle = legend_in_words(summary), .size = size, .columns = {3, 3, 4}};
  const auto courses = courses_of(summary);
  for (const auto& course : courses) {
    figure.parts.emplace_back(runs_panel(course, summary.runs()));
    if (figure.parts.size() == 2) figure.parts.push_back(classes_chart(summary));
  }
  figure.parts.emplace_back(numbers_table(courses));
  return draw(figure, measure);
}

PlotSummary::Out<Value> PlotSummary::run(const In<Value>& in, const Params& params, Context& context) {
  const auto drawing = draw_summary(*in.summary, picture_size(params), render::measure_text);
  return {save(drawing, "summary", "Summary of runs", params.formats, context)};
}

}  // namespace fovea
