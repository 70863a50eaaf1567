#include "stages/figures/plot_training_curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/layout.hpp"
#include "runtime/ceil_div.hpp"

namespace fovea {

namespace {

using namespace render;

constexpr std::size_t smoothed_from = 10;  // epochs
constexpr std::size_t most_means = 2000;   // of a smoothed line
constexpr std::size_t most_panels = 12;

/// One metric over the epochs, by part of the data, with its number format.
struct MetricCurve {
  std::string title;
  std::string axis;
  NumberFormat format = NumberFormat::plain;
  std::vector<double> train{};
  std::vector<double> validation{};
  std::vector<double> other{};  ///< of a metric without a part
};

/// Returns the width of the smoothing in epochs, where values change slowly.
double smoothing_width(std::size_t epochs) {
  return std::max(1.0, static_cast<double>(epochs) / 40);
}

/// The means of groups of neighbouring finite values, with the number of values in each; groups are larger
/// than one where there are too many values to draw.
struct Means {
  std::vector<double> epoch;
  std::vector<double> value;
  std::vector<double> weight;
};

Means means_of(const std::vector<double>& values) {
  const auto stride = ceil_div(values.size(), most_means);
  Means means;
  for (std::size_t begin = 0; begin < values.size(); begin += stride) {
    const auto end = std::min(begin + stride, values.size());
    double sum = 0;
    double count = 0;
    for (auto i = begin; i < end; ++i) {
      if (!std::isfinite(values[i])) continue;
      sum += values[i];
      ++count;
    }
    means.epoch.push_back(static_cast<double>(begin + 1 + end) / 2);
    means.value.push_back(count > 0 ? sum / count : 0);
    means.weight.push_back(count);
  }
  return means;
}

/// Returns the mean of the values from `first` to `last`, weighted by a Gaussian of this width around
/// `middle`.
double mean_around(const Means& means, std::size_t first, std::size_t last, std::size_t middle,
                   double width) {
  double sum = 0;
  double weights = 0;
  for (auto i = first; i <= last; ++i) {
    const double distance = (static_cast<double>(i) - static_cast<double>(middle)) / width;
    const double weight = means.weight[i] * std::exp(-distance * distance / 2);
    sum += weight * means.value[i];
    weights += weight;
  }
  return sum / weights;
}

/// Returns smoothed values: the window is narrow at the start, where values change fast.
Line smoothed(const std::vector<double>& values) {
  const auto means = means_of(values);
  Line line{.x = means.epoch};
  for (std::size_t middle = 0; middle < means.value.size(); ++middle) {
    const double width = std::min(smoothing_width(means.value.size()), static_cast<double>(middle + 1) / 6);
    const auto far = std::min(middle, static_cast<std::size_t>(std::ceil(3 * width)));
    const auto last = std::min(means.value.size() - 1, middle + far);
    line.y.push_back(mean_around(means, middle - far, last, middle, width));
  }
  return line;
}

/// Adds the raw values as a thin line and the smoothed ones as a bold line; few values are drawn bold and
/// raw.
void add_lines(const std::string& name, const std::vector<double>& values, Color color,
               std::vector<Mark>& marks) {
  if (values.size() < smoothed_from) {
    marks.push_back(Line{.name = name, .y = values, .color = color, .width = 3.5, .markers = true});
    return;
  }
  marks.push_back(Line{.y = values, .color = color.faded(0.45), .width = 1.4});
  auto bold = smoothed(values);
  bold.name = name;
  bold.color = color;
  bold.width = 3.5;
  marks.push_back(std::move(bold));
}

/// Adds a line over the epochs in which the value was logged.
void add_logged_line(const std::string& name, const std::vector<double>& values, Color color,
                     std::vector<Mark>& marks) {
  if (values.empty()) return;
  Line line{.name = name, .color = color, .width = 3.5, .markers = values.size() < 5 * smoothed_from};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    line.x.push_back(static_cast<double>(i + 1));
    line.y.push_back(values[i]);
  }
  if (line.y.size() == values.size()) return add_lines(name, values, color, marks);
  marks.push_back(std::move(line));
}

std::string written(double value, NumberFormat format) {
  return format == NumberFormat::percent ? percent(value, 2) : number(value, 4);
}

bool has_best(const History& history) {
  return history.best_epoch >= 1 && history.best_epoch <= static_cast<std::int64_t>(history.epochs());
}

void mark_best(const History& history, const MetricCurve& curve, std::vector<Mark>& marks) {
  if (!has_best(history)) return;
  const auto x = static_cast<double>(history.best_epoch);
  const auto& values = curve.validation;
  const auto at = static_cast<std::size_t>(history.best_epoch - 1);
  marks.push_back(Rule{.at = x, .label = "best epoch " + grouped(history.best_epoch)});
  if (at >= values.size() || !std::isfinite(values[at])) return;
  marks.push_back(Note{.x = x,
                       .y = values[at],
                       .text = written(values[at], curve.format),
                       .color = mixed(validation_color, black, 0.25)});
}

void mark_early_stop(const History& history, std::vector<Mark>& marks) {
  if (!history.stopped_early) return;
  marks.push_back(Span{.from = static_cast<double>(history.epochs()),
                       .to = std::numeric_limits<double>::infinity(),
                       .label = "stopped early",
                       .color = blank_gray.faded(0.6)});
}

/// Returns an end of the axis near the planned one, so that the epochs saved by an early stop are visible.
double end_of_axis(const History& history) {
  const auto run = static_cast<double>(history.epochs());
  return std::max(run + 0.5, std::min(static_cast<double>(history.planned_epochs), run * 1.35));
}

Panel panel_of(const History& history, const MetricCurve& curve) {
  Panel panel;
  panel.title = curve.title;
  panel.x = {.label = "epoch", .integers = true};
  if (history.epochs() <= 1) panel.x.low = 0.5, panel.x.high = 1.5;
  if (history.stopped_early) panel.x.high = end_of_axis(history);
  panel.y = {.label = curve.axis, .format = curve.format};
  add_logged_line("train", curve.train, train_color, panel.marks);
  add_logged_line("validation", curve.validation, validation_color, panel.marks);
  add_logged_line("", curve.other, okabe_ito::purple, panel.marks);
  mark_best(history, curve, panel.marks);
  mark_early_stop(history, panel.marks);
  return panel;
}

bool below_one(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return value < 1; });
}

/// Returns the values that callbacks logged, by name: "f1" and "val_f1" make one curve, of training and of
/// validation; a name alone belongs to neither.
std::vector<MetricCurve> logged_curves(const History& history) {
  constexpr std::string_view validation = "val_", train = "train_";
  std::map<std::string, MetricCurve> curves;
  for (const auto& [name, values] : history.logged) {
    if (name.starts_with(validation)) curves[name.substr(validation.size())].validation = values;
    if (name.starts_with(train)) curves[name.substr(train.size())].train = values;
  }
  for (const auto& [name, values] : history.logged) {
    if (name.starts_with(validation) || name.starts_with(train)) continue;
    auto& curve = curves[name];
    (curve.validation.empty() || !curve.train.empty() ? curve.other : curve.train) = values;
  }
  std::vector<MetricCurve> result;
  for (auto& [name, curve] : curves) {
    curve.title = name;
    result.push_back(std::move(curve));
  }
  return result;
}

std::vector<MetricCurve> curves_of(const History& history) {
  const auto& train = history.train;
  const auto& validation = history.validation;
  std::vector<MetricCurve> curves{
      {"Loss", history.loss.empty() ? "loss" : history.loss, NumberFormat::plain, train.loss,
       validation.loss},
      {"Accuracy", "share of samples", NumberFormat::percent, train.accuracy, validation.accuracy}};
  if (below_one(train.top_5) || below_one(validation.top_5)) {
    curves.push_back(
        {"Top-5 accuracy", "share of samples", NumberFormat::percent, train.top_5, validation.top_5});
  }
  for (auto& curve : logged_curves(history)) curves.push_back(std::move(curve));
  return curves;
}

/// Adds one panel per curve, as many as are readable, in two columns or more. Of three curves the loss
/// takes the whole height.
void add_panels(const History& history, const std::vector<MetricCurve>& curves, Figure& figure) {
  const auto count = std::min(curves.size(), most_panels);
  figure.columns.assign(count <= 4 ? 2 : count <= 9 ? 3 : 4, 1.0);
  for (std::size_t i = 0; i < count; ++i)
    figure.subplots.emplace_back(panel_of(history, curves[i]), 1, i == 0 && count == 3 ? 2 : 1);
}

std::string subtitle_of(const History& history, std::size_t curves) {
  std::string words = history.stopped_early
                          ? "stopped early after epoch " + grouped(static_cast<long long>(history.epochs())) +
                                " of " + grouped(history.planned_epochs)
                          : counted(history.epochs(), "epoch", "epochs");
  if (has_best(history)) words += ", best epoch " + grouped(history.best_epoch) + " by " + history.monitor;
  if (history.epochs() >= smoothed_from) {
    words += "; thin: each epoch, bold: smoothed over about " +
             number(std::round(2 * smoothing_width(history.epochs()) + 1)) + " epochs";
  }
  if (curves > most_panels)
    words += "; training_log.csv has " + std::to_string(curves - most_panels) + " more";
  return words;
}

}  // namespace

render::Drawing draw_training_curves(const History& history, render::Size size,
                                     const render::Measure& measure) {
  const auto curves = curves_of(history);
  Figure figure{.title = "Training curves", .subtitle = subtitle_of(history, curves.size()), .size = size};
  add_panels(history, curves, figure);
  return draw(figure, measure);
}

PlotTrainingCurves::Out<Value> PlotTrainingCurves::run(const In<Value>& in, const Params& params,
                                                       Context& context) {
  return {saved(draw_training_curves(*in.history, picture_size(params), render::measure_text),
                "Training curves", params.formats, context)};
}

}  // namespace fovea
