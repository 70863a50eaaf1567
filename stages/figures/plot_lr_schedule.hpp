#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws the learning rate of every step, with its warmup, its peak and its floor.
struct PlotLrSchedule {
  static constexpr std::string_view name = "plot_lr_schedule";
  static constexpr std::string_view doc =
      "draws the learning rate of every step, with its warmup, its peak and its floor";
  static constexpr int version = 3;

  template <template <class> class As>
  struct In {
    As<History> history;
    static auto ports() { return std::tuple{field("history", &In::history, "how training went")}; }
  };
  template <template <class> class As>
  using Out = FiguresOut<"lr_schedule", As>;
  using Params = PictureParams<"lr_schedule">;

  static Json made_with() { return drawn_with(); }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws the learning rate over steps, with epochs above: warmup shaded, peak, floor, restarts and an early
/// stop marked.
render::Drawing draw_lr_schedule(const History& history, render::Size size, const render::Measure& measure);

}  // namespace fovea
