#include "stages/figures/plot_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "graph/graph.hpp"
#include "render/cairo.hpp"
#include "render/heat/heat_map.hpp"
#include "render/layout.hpp"
#include "render/table.hpp"
#include "stages/figures/summary_courses.hpp"

namespace fovea {
namespace {

using namespace render;

constexpr std::size_t most_named_classes = 40;
constexpr std::size_t most_weakest = 10;
constexpr Color run_color = test_color;
constexpr Color interval_color = okabe_ito::sky;

/// Names of runs or settings, with the name of the values that they show.
struct Labels {
  std::string heading;
  std::vector<std::string> names;
};

/// Returns labels like "fold, seed" over "1, 0", "1, 1" and so on, where all have values of the same names;
/// numbers from 1 where there are no values.
Labels labels_of(const std::vector<Json>& each, const std::string& unknown) {
  Labels labels{unknown, {}};
  const auto keys_of = [](const Json& values) {
    std::vector<std::string> keys;
    for (const auto& item : values.items()) keys.push_back(item.key());
    return keys;
  };
  const auto keys = keys_of(each.front());
  const bool alike =
      std::all_of(each.begin(), each.end(), [&](const Json& one) { return keys_of(one) == keys; });
  for (std::size_t i = 0; i < each.size(); ++i) {
    std::vector<std::string> values;
    for (const auto& value : each[i])
      values.push_back(value.is_string() ? value.get<std::string>() : shown(value));
    labels.names.push_back(!alike         ? values_in_words(each[i])
                           : keys.empty() ? std::to_string(i + 1)
                                          : join(values, ", "));
  }
  if (!alike || keys.empty()) return labels;
  std::vector<std::string> brief;
  for (const auto& key : keys) {
    auto name = key.substr(key.find('.') + 1);
    brief.push_back(std::find(brief.begin(), brief.end(), name) == brief.end() ? std::move(name) : key);
  }
  labels.heading = join(brief, ", ");
  return labels;
}

Labels labels_of(const MetricsSummary& summary) {
  std::vector<Json> settings;
  for (const auto& setting : summary.settings) settings.push_back(setting.setting);
  return labels_of(settings, "setting");
}

Panel runs_panel(const Course& course, const SettingSummary& setting) {
  const auto& spread = setting.*course.spread;
  const auto runs = setting.runs.size();
  const auto labels = labels_of(setting.runs, "run");
  Panel panel{.title = course.title, .subtitle = with_interval(spread, course.format)};
  const double first = 0.5, last = static_cast<double>(runs) + 0.5;
  panel.x = {.label = labels.heading, .integers = true, .low = first, .high = last};
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
  for (std::size_t run = 1; run <= runs; ++run) {
    dots.x.push_back(static_cast<double>(run));
    panel.x.names.push_back({static_cast<double>(run), labels.names[run - 1]});
  }
  panel.marks.push_back(std::move(dots));
  return panel;
}

/// Returns the mean F1 of a class over all settings.
double mean_f1(const MetricsSummary& summary, std::size_t c) {
  double sum = 0;
  for (const auto& setting : summary.settings) sum += setting.class_f1[c].mean;
  return sum / static_cast<double>(summary.settings.size());
}

/// Returns the class numbers, the lowest mean F1 first.
std::vector<std::size_t> weakest_first(const MetricsSummary& summary) {
  std::vector<std::size_t> order(summary.class_names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return mean_f1(summary, a) < mean_f1(summary, b); });
  return order;
}

Panel classes_sorted(const MetricsSummary& summary) {
  const auto& f1 = summary.settings.front().class_f1;
  Panel panel{.title = "F1 of each class, sorted"};
  panel.x = {.label = "class, the lowest first", .integers = true};
  panel.y = {.format = NumberFormat::percent};
  keep_possible(panel.y, f1);
  Band interval{.color = interval_color.faded(0.4)};
  Line mean{.color = ink, .width = 2};
  for (const auto c : weakest_first(summary)) {
    interval.low.push_back(f1[c].low);
    interval.high.push_back(f1[c].high);
    mean.y.push_back(f1[c].mean);
  }
  panel.marks = {std::move(interval), std::move(mean)};
  return panel;
}

Table numbers_table(const std::vector<Course>& courses, const SettingSummary& setting) {
  Table table{.title = "In numbers",
              .headings = {"", "mean", "std", "lowest run", "highest run"},
              .align = {Align::start, Align::end, Align::end, Align::end, Align::end}};
  for (const auto& course : courses) {
    const auto& spread = setting.*course.spread;
    const auto [low, high] = std::minmax_element(spread.values.begin(), spread.values.end());
    table.rows.push_back({course.title, written(spread.mean, course.format),
                          written(spread.std, course.format, 2), written(*low, course.format),
                          written(*high, course.format)});
  }
  return table;
}

Table weakest_table(const MetricsSummary& summary) {
  const auto& f1 = summary.settings.front().class_f1;
  Table table{.title = "Lowest F1", .headings = {"class", "mean"}, .align = {Align::start, Align::end}};
  auto order = weakest_first(summary);
  order.resize(std::min(order.size(), most_weakest));
  for (const auto c : order)
    table.rows.push_back({summary.class_names[c], with_interval(f1[c], NumberFormat::percent)});
  return table;
}

render::Subplot classes_chart(const MetricsSummary& summary) {
  const auto& f1 = summary.settings.front().class_f1;
  if (summary.class_names.size() <= most_named_classes)
    return {rows_panel("F1 of each class", "F1", f1, summary.class_names, NumberFormat::percent), 1, 3};
  const std::vector<render::Subplot> parts{classes_sorted(summary), weakest_table(summary)};
  return {Figure{.rows = {3, 2}, .subplots = parts}, 1, 3};
}

std::string count_of_runs(const MetricsSummary& summary) {
  return counted(summary.runs(), "run", "runs");
}

Figure one_setting(const MetricsSummary& summary) {
  const auto& setting = summary.settings.front();
  const auto words = values_in_words(setting.setting);
  Figure figure{
      .subtitle = (words.empty() ? "" : words + "; ") + count_of_runs(summary) +
                  (summary.runs() == 1 ? ", which tells nothing of a spread"
                                       : "; dots: each run, line or diamond: mean, blue: 95 % interval "
                                         "of the mean (Student's t)"),
      .columns = {3, 3, 4}};
  const auto courses = courses_of(summary);
  for (const auto& course : courses) {
    figure.subplots.emplace_back(runs_panel(course, setting));
    if (figure.subplots.size() == 2) figure.subplots.push_back(classes_chart(summary));
  }
  figure.subplots.emplace_back(numbers_table(courses, setting));
  return figure;
}

/// Returns a table with one row per setting and one column per metric.
Table settings_table(const MetricsSummary& summary) {
  const auto labels = labels_of(summary);
  Table table{
      .title = "In numbers", .headings = {labels.heading, "runs"}, .align = {Align::start, Align::end}};
  const auto courses = courses_of(summary);
  for (const auto& course : courses) {
    table.headings.push_back(course.title);
    table.align.push_back(Align::end);
  }
  for (std::size_t s = 0; s < summary.settings.size(); ++s) {
    const auto& setting = summary.settings[s];
    table.rows.push_back({labels.names[s], std::to_string(setting.runs.size())});
    for (const auto& course : courses)
      table.rows.back().push_back(with_interval(setting.*course.spread, course.format));
  }
  return table;
}

/// Returns a heat map of the mean F1 by class and setting; of many classes those with the lowest mean.
HeatMap classes_by_setting(const MetricsSummary& summary) {
  auto order = weakest_first(summary);
  const bool all = order.size() <= most_named_classes;
  order.resize(std::min(order.size(), most_named_classes));
  if (all) std::sort(order.begin(), order.end());
  HeatMap map{.title = all ? "Mean F1 of each class" : "Mean F1 of the classes where it is lowest",
              .rows = summary.settings.size(),
              .columns = order.size(),
              .row_names = labels_of(summary).names,
              .value_label = "F1",
              .format = NumberFormat::percent};
  for (const auto c : order) map.column_names.push_back(summary.class_names[c]);
  for (const auto& setting : summary.settings) {
    for (const auto c : order) {
      map.values.push_back(setting.class_f1[c].mean);
      map.texts.push_back(std::isfinite(map.values.back()) ? percent(map.values.back(), 1) : "");
    }
  }
  return map;
}

Figure several_settings(const MetricsSummary& summary) {
  const auto labels = labels_of(summary);
  const double table = std::clamp(1 + 0.25 * static_cast<double>(summary.settings.size()), 2.0, 5.0);
  Figure figure{
      .subtitle = grouped(static_cast<long long>(summary.settings.size())) + " settings" +
                  (labels.heading == "setting" ? "" : " of " + labels.heading) + ", " +
                  count_of_runs(summary) +
                  "; dots: each run, diamond: mean over runs of a setting, blue: 95 % interval of the "
                  "mean (Student's t)",
      .columns = {1, 1, 1},
      .rows = {4, 3, table}};
  for (const auto& course :
       {Course{"Accuracy", &SettingSummary::accuracy}, Course{"Macro F1", &SettingSummary::macro_f1},
        Course{"Loss, nats", &SettingSummary::loss, NumberFormat::plain}}) {
    std::vector<Spread> spreads;
    for (const auto& setting : summary.settings) spreads.push_back(setting.*course.spread);
    figure.subplots.emplace_back(rows_panel(course.title, "", spreads, labels.names, course.format));
  }
  figure.subplots.emplace_back(classes_by_setting(summary), 3, 1);
  figure.subplots.emplace_back(settings_table(summary), 3, 1);
  return figure;
}

}  // namespace

render::Drawing draw_summary(const MetricsSummary& summary, render::Size size,
                             const render::Measure& measure) {
  auto figure = summary.settings.size() == 1 ? one_setting(summary) : several_settings(summary);
  figure.title = "Summary of runs";
  figure.size = size;
  return draw(figure, measure);
}

PlotSummary::Out<Value> PlotSummary::run(const In<Value>& in, const Params& params, Context& context) {
  return {saved(draw_summary(*in.summary, picture_size(params), render::measure_text), "Summary of runs",
                params.formats, context)};
}

}  // namespace fovea
