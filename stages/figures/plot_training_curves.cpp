#include "stages/figures/plot_training_curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/layout.hpp"

namespace fovea {

namespace {

using namespace render;

constexpr std::size_t smoothed_from = 10;  // epochs

/// One measure over the epochs, and how it is written.
struct Course {
  std::string title;
  std::string axis;
  std::vector<double> History::Part::*values;
  NumberFormat format = NumberFormat::plain;
};

/// How many epochs the smoothing looks to either side, once the values change slowly.
double reach(std::size_t epochs) {
  return std::max(1.0, static_cast<double>(epochs) / 40);
}

/// The mean of the finite values from `first` to `last`, by a bell curve of this width around `middle`.
double mean_around(const std::vector<double>& values, std::size_t first, std::size_t last, std::size_t middle,
                   double width) {
  double sum = 0;
  double weights = 0;
  for (auto i = first; i <= last; ++i) {
    if (!std::isfinite(values[i])) continue;
    const double distance = (static_cast<double>(i) - static_cast<double>(middle)) / width;
    const double weight = std::exp(-distance * distance / 2);
    sum += weight * values[i];
    weights += weight;
  }
  return sum / weights;
}

/// The course of values without their jitter: means that are narrow at the start, where values change fast.
std::vector<double> smoothed(const std::vector<double>& values) {
  std::vector<double> means;
  for (std::size_t middle = 0; middle < values.size(); ++middle) {
    const double width = std::min(reach(values.size()), static_cast<double>(middle + 1) / 6);
    const auto far = std::min(middle, static_cast<std::size_t>(std::ceil(3 * width)));
    const auto last = std::min(values.size() - 1, middle + far);
    means.push_back(mean_around(values, middle - far, last, middle, width));
  }
  return means;
}

/// The values as they are, thin, and their smoothed course, bold; few values are drawn bold as they are.
void add_lines(const std::string& name, const std::vector<double>& values, Color color,
               std::vector<Mark>& marks) {
  if (values.size() < smoothed_from) {
    marks.push_back(Line{.name = name, .y = values, .color = color, .width = 3.5, .markers = true});
    return;
  }
  marks.push_back(Line{.y = values, .color = color.faded(0.45), .width = 1.4});
  marks.push_back(Line{.name = name, .y = smoothed(values), .color = color, .width = 3.5});
}

std::string written(double value, NumberFormat format) {
  return format == NumberFormat::percent ? percent(value, 2) : number(value, 4);
}

bool has_best(const History& history) {
  return history.best_epoch >= 1 && history.best_epoch <= static_cast<std::int64_t>(history.epochs());
}

void mark_best(const History& history, const Course& course, std::vector<Mark>& marks) {
  if (!has_best(history)) return;
  const auto x = static_cast<double>(history.best_epoch);
  const auto& values = history.validation.*course.values;
  const auto at = static_cast<std::size_t>(history.best_epoch - 1);
  marks.push_back(Rule{.at = x, .label = "best epoch " + grouped(history.best_epoch)});
  if (at >= values.size() || !std::isfinite(values[at])) return;
  marks.push_back(Note{.x = x,
                       .y = values[at],
                       .text = written(values[at], course.format),
                       .color = mixed(validation_color, black, 0.25)});
}

void mark_early_stop(const History& history, std::vector<Mark>& marks) {
  if (!history.stopped_early) return;
  marks.push_back(Span{.from = static_cast<double>(history.epochs()),
                       .to = std::numeric_limits<double>::infinity(),
                       .label = "stopped early",
                       .color = blank_gray.faded(0.6)});
}

/// Towards the planned end, so that the epochs that an early stop saved are seen.
double end_of_axis(const History& history) {
  const auto run = static_cast<double>(history.epochs());
  return std::max(run + 0.5, std::min(static_cast<double>(history.planned_epochs), run * 1.35));
}

Panel panel_of(const History& history, const Course& course) {
  Panel panel;
  panel.title = course.title;
  panel.x = {.label = "epoch", .integers = true};
  if (history.epochs() <= 1) panel.x.low = 0.5, panel.x.high = 1.5;
  if (history.stopped_early) panel.x.high = end_of_axis(history);
  panel.y = {.label = course.axis, .format = course.format};
  add_lines("train", history.train.*course.values, train_color, panel.marks);
  add_lines("validation", history.validation.*course.values, validation_color, panel.marks);
  mark_best(history, course, panel.marks);
  mark_early_stop(history, panel.marks);
  return panel;
}

bool below_one(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return value < 1; });
}

/// The panels: loss alone at the left where there are two others.
std::vector<render::Part> panels_of(const History& history) {
  const Panel loss = panel_of(history, {"Loss", "cross-entropy, nats", &History::Part::loss});
  const Panel accuracy =
      panel_of(history, {"Accuracy", "share of samples", &History::Part::accuracy, NumberFormat::percent});
  if (!below_one(history.train.top_5) && !below_one(history.validation.top_5)) return {loss, accuracy};
  const Panel top_5 =
      panel_of(history, {"Top-5 accuracy", "share of samples", &History::Part::top_5, NumberFormat::percent});
  return {{loss, 1, 2}, accuracy, top_5};
}

std::string course_in_words(const History& history) {
  const auto epochs = grouped(static_cast<long long>(history.epochs()));
  std::string words = history.stopped_early
                          ? "stopped early after epoch " + epochs + " of " + grouped(history.planned_epochs)
                          : epochs + (history.epochs() == 1 ? " epoch" : " epochs");
  if (has_best(history)) words += ", best epoch " + grouped(history.best_epoch) + " by " + history.monitor;
  if (history.epochs() < smoothed_from) return words;
  return words + "; thin: each epoch, bold: smoothed over about " +
         number(std::round(2 * reach(history.epochs()) + 1)) + " epochs";
}

}  // namespace

render::Drawing draw_training_curves(const History& history, render::Size size,
                                     const render::Measure& measure) {
  return draw(Figure{.title = "Training curves",
                     .subtitle = course_in_words(history),
                     .size = size,
                     .columns = {1, 1},
                     .parts = panels_of(history)},
              measure);
}

PlotTrainingCurves::Out<Value> PlotTrainingCurves::run(const In<Value>& in, const Params& params,
                                                       Context& context) {
  const auto drawing = draw_training_curves(*in.history, picture_size(params), render::measure_text);
  return {save(drawing, "training_curves", "Training curves", params.formats, context)};
}

}  // namespace fovea
