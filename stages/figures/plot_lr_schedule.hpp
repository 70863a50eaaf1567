#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws the learning rate of every step, with its warmup, its peak and its floor.
struct PlotLrSchedule : FigureStage<"plot_lr_schedule"> {
  static constexpr std::string_view doc =
      "draws the learning rate of every step, with its warmup, its peak and its floor";
  static constexpr int version = 3;

  template <template <class> class As> using In = HistoryIn<As>;
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws the learning rate over steps, with epochs above: warmup shaded, peak, floor, restarts and an early
/// stop marked.
render::Drawing draw_lr_schedule(const History& history, render::Size size, const render::Measure& measure);

}  // namespace fovea
