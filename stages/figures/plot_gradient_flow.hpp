#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/gradient_history.hpp"

namespace fovea {

/// Draws the gradient norm of each parameter by epoch, and marks those that vanish or explode.
struct PlotGradientFlow : FigureStage<"plot_gradient_flow"> {
  static constexpr std::string_view doc = "draws the norm of each parameter's gradient over the epochs";
  static constexpr int version = 2;

  template <template <class> class As> struct In {
    As<GradientHistory> gradients;
    static auto ports() {
      return std::tuple{field("gradients", &In::gradients, "norms by parameter, as train tracks them")};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws a heat map of parameters by epochs on a log scale, the parameter nearest to the image at the top.
render::Drawing draw_gradient_flow(const GradientHistory& gradients, render::Size size,
                                   const render::Measure& measure);

}  // namespace fovea
