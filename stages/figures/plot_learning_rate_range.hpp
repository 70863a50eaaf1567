#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/rate_range.hpp"

namespace fovea {

/// Draws the loss over rising learning rates, with the suggested rate.
struct PlotLearningRateRange : FigureStage<"plot_learning_rate_range"> {
  static constexpr std::string_view doc =
      "draws the loss over rising learning rates, and the one it suggests";
  static constexpr int version = 2;

  template <template <class> class As> struct In {
    As<RateRange> range;
    static auto ports() { return std::tuple{field("range", &In::range, "the loss at each rate")}; }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws the loss over the rate on a log axis, raw as a thin line and smoothed as a bold one.
render::Drawing draw_learning_rate_range(const RateRange& range, render::Size size,
                                         const render::Measure& measure);

}  // namespace fovea
