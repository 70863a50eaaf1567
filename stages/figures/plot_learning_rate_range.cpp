#include "stages/figures/plot_learning_rate_range.hpp"

#include <algorithm>
#include <cmath>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/layout.hpp"

namespace fovea {
namespace {

using namespace render;

/// Returns the smoothed loss at a rate of the range.
double loss_at(const RateRange& range, const std::vector<double>& smooth, double rate) {
  const auto at = std::lower_bound(range.rate.begin(), range.rate.end(), rate) - range.rate.begin();
  return smooth[static_cast<std::size_t>(at)];
}

/// Returns the upper limit of the axis: enough for the loss before it fell, and not for its divergence.
double highest_shown(const RateRange& range, const std::vector<double>& smooth) {
  const auto lowest = std::min_element(smooth.begin(), smooth.end());
  const double before =
      std::max(*std::max_element(smooth.begin(), lowest + 1),
               *std::max_element(range.loss.begin(), range.loss.begin() + (lowest - smooth.begin()) + 1));
  return before + 0.25 * (before - *lowest) + 1e-9;
}

}  // namespace

render::Drawing draw_learning_rate_range(const RateRange& range, render::Size size,
                                         const render::Measure& measure) {
  Panel panel;
  panel.x = {.label = "learning rate", .scale = ScaleKind::log};
  panel.y = {.label = "loss"};
  const auto smooth = smoothed(range.loss);
  std::string subtitle = range.diverged ? "ended where the loss grew" : "went up to the last rate";
  if (!smooth.empty()) {
    panel.y.high = highest_shown(range, smooth);
    panel.marks.push_back(Line{.name = "each step",
                               .x = range.rate,
                               .y = range.loss,
                               .color = train_color.faded(0.35),
                               .width = 1.5});
    panel.marks.push_back(Line{.name = "smoothed", .x = range.rate, .y = smooth, .color = train_color});
  }
  if (const auto rate = suggested_rate(range)) {
    panel.marks.push_back(Rule{.at = *rate});
    panel.marks.push_back(
        Note{.x = *rate, .y = loss_at(range, smooth, *rate), .text = "falls fastest at " + number(*rate)});
    subtitle += "; suggested peak " + number(*rate);
  }
  return draw(Figure{.title = "Learning-rate range", .subtitle = subtitle, .size = size, .subplots = {panel}},
              measure);
}

PlotLearningRateRange::Out<Value> PlotLearningRateRange::run(const In<Value>& in, const Params& params,
                                                             Context& context) {
  return {saved(draw_learning_rate_range(*in.range, picture_size(params), render::measure_text),
                "Learning-rate range", params.formats, context)};
}

}  // namespace fovea
