#pragma once

#include "graph/stage.hpp"
#include "stages/evaluate/metrics_summary.hpp"
#include "stages/figures/picture.hpp"

namespace fovea {

/// Draws the metrics of several runs: each run, the mean and its interval.
struct PlotSummary : FigureStage<"plot_summary"> {
  static constexpr std::string_view doc =
      "draws the metrics of several runs by setting, with mean and 95 % interval";
  static constexpr int version = 2;

  template <template <class> class As> struct In {
    As<MetricsSummary> summary;
    static auto ports() { return std::tuple{field("summary", &In::summary, "several runs together")}; }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws one setting as a panel per metric, with a dot per run, a line at the mean and a band over its
/// interval; the F1 of each class likewise, up to 40 classes by name and beyond that sorted; tables of the
/// numbers, and beyond 40 classes of the weakest. Draws several settings as rows in panels of accuracy, macro
/// F1 and loss, with the mean F1 of each class as a heat map and a table of the numbers.
render::Drawing draw_summary(const MetricsSummary& summary, render::Size size,
                             const render::Measure& measure);

}  // namespace fovea
