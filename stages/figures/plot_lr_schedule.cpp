#include "stages/figures/plot_lr_schedule.hpp"

#include <algorithm>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/layout.hpp"

namespace fovea {

namespace {

using namespace render;

bool has_floor(const History& history) {
  return history.floor_learning_rate && *history.floor_learning_rate < history.peak_learning_rate;
}

std::string schedule_in_words(const History& history) {
  std::vector<std::string> words;
  const std::string shape = history.schedule == "one_cycle" ? "rise" : "linear warmup";
  words.push_back(history.warmup_steps > 0
                      ? shape + " over " +
                            counted(static_cast<std::size_t>(history.warmup_steps), "step", "steps")
                      : std::string("no warmup"));
  words.push_back("peak " + number(history.peak_learning_rate));
  if (has_floor(history)) words.push_back("floor " + number(*history.floor_learning_rate));
  words.push_back(counted(history.step_learning_rate.size(), "step", "steps"));
  words.push_back(counted(history.epochs(), "epoch", "epochs"));
  return join(words, ", ");
}

Line rate_line(const std::vector<double>& rates) {
  Line line{.y = rates, .color = train_color};
  for (std::size_t step = 0; step < rates.size(); ++step) line.x.push_back(static_cast<double>(step));
  return line;
}

double highest_rate(const History& history) {
  const auto& rates = history.step_learning_rate;
  return rates.empty() ? 0 : *std::max_element(rates.begin(), rates.end());
}

void mark_warmup(const History& history, std::vector<Mark>& marks) {
  if (history.warmup_steps <= 0) return;
  marks.push_back(Span{.from = 0, .to = static_cast<double>(history.warmup_steps), .label = "warmup"});
}

void mark_peak(const History& history, std::vector<Mark>& marks) {
  const auto& rates = history.step_learning_rate;
  if (rates.empty()) return;
  const auto peak = std::max_element(rates.begin(), rates.end());
  const bool reached = *peak >= history.peak_learning_rate * (1 - 1e-9);
  marks.push_back(Note{.x = static_cast<double>(peak - rates.begin()),
                       .y = *peak,
                       .text = (reached ? "peak " : "highest ") + number(*peak)});
}

void mark_end(const History& history, std::vector<Mark>& marks) {
  const auto& rates = history.step_learning_rate;
  if (rates.size() < 2 || rates.back() >= history.peak_learning_rate) return;
  marks.push_back(Note{.x = static_cast<double>(rates.size() - 1),
                       .y = rates.back(),
                       .text = "last step " + number(rates.back())});
}

/// Marks the steps after the warmup at which the rate rises: new periods begin there.
void mark_restarts(const History& history, std::vector<Mark>& marks) {
  constexpr std::size_t most_with_label = 6;
  const auto& rates = history.step_learning_rate;
  if (history.schedule != "cosine_decay_restarts") return;
  std::vector<double> steps;
  for (auto s = static_cast<std::size_t>(history.warmup_steps) + 1; s < rates.size(); ++s) {
    if (rates[s] > rates[s - 1] * (1 + 1e-9)) steps.push_back(static_cast<double>(s));
  }
  for (const double step : steps)
    marks.push_back(Rule{.at = step, .label = steps.size() <= most_with_label ? "restart" : ""});
}

void mark_early_stop(const History& history, std::vector<Mark>& marks) {
  if (!history.stopped_early) return;
  marks.push_back(Rule{.at = static_cast<double>(history.step_learning_rate.size()),
                       .label = "stopped early: epoch " + grouped(static_cast<long long>(history.epochs())) +
                                " of " + grouped(history.planned_epochs)});
}

}  // namespace

render::Drawing draw_lr_schedule(const History& history, render::Size size, const render::Measure& measure) {
  Panel panel;
  panel.x = {.label = "step", .integers = true, .low = 0};
  panel.y = {.label = "learning rate", .from_zero = true};
  if (const double highest = highest_rate(history); highest > 0) panel.y.high = highest * 1.12;
  if (history.steps_per_epoch > 0) {
    panel.top =
        TopAxis{.axis = {.label = "epoch"}, .factor = 1 / static_cast<double>(history.steps_per_epoch)};
  }
  mark_warmup(history, panel.marks);
  mark_restarts(history, panel.marks);
  panel.marks.push_back(rate_line(history.step_learning_rate));
  mark_peak(history, panel.marks);
  mark_end(history, panel.marks);
  mark_early_stop(history, panel.marks);
  return draw(Figure{.title = "Learning rate: " + history.schedule,
                     .subtitle = schedule_in_words(history),
                     .size = size,
                     .subplots = {panel}},
              measure);
}

PlotLrSchedule::Out<Value> PlotLrSchedule::run(const In<Value>& in, const Params& params, Context& context) {
  return {saved(draw_lr_schedule(*in.history, picture_size(params), render::measure_text), "Learning rate",
                params.formats, context)};
}

}  // namespace fovea
