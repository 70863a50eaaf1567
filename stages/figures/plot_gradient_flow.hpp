#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/gradient_history.hpp"

namespace fovea {

/// Draws how long the gradient of each parameter was, epoch by epoch, and marks those that vanish or explode.
struct PlotGradientFlow {
  static constexpr std::string_view name = "plot_gradient_flow";
  static constexpr std::string_view doc = "draws the norm of each parameter's gradient over the epochs";
  static constexpr int version = 2;

  template <template <class> class As>
  struct In {
    As<GradientHistory> gradients;
    static auto ports() {
      return std::tuple{field("gradients", &In::gradients, "norms by parameter, as train tracks them")};
    }
  };
  template <template <class> class As>
  struct Out {
    As<Figures> figures;
    static auto ports() {
      return std::tuple{
          exported("figures", &Out::figures, "gradient_flow.png, and other formats", "visualizations")};
    }
  };

  struct Params {
    std::vector<std::string> formats{"png"};
    std::int64_t width = 1600;
    std::int64_t height = 1000;
    static auto fields() { return picture_fields<Params>(); }
  };

  static Json made_with() { return drawn_with(); }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// A heat map of parameters by epochs on a log scale, nearest to the image at the top.
render::Drawing draw_gradient_flow(const GradientHistory& gradients, render::Size size,
                                   const render::Measure& measure);

}  // namespace fovea
