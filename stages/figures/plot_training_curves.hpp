#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws loss, accuracy and what callbacks logged over epochs, for training and validation data.
struct PlotTrainingCurves {
  static constexpr std::string_view name = "plot_training_curves";
  static constexpr std::string_view doc =
      "draws loss, accuracy and what callbacks logged over epochs, for training and validation data";
  static constexpr int version = 2;

  template <template <class> class As>
  struct In {
    As<History> history;
    static auto ports() { return std::tuple{field("history", &In::history, "how training went")}; }
  };
  template <template <class> class As>
  struct Out {
    As<Figures> figures;
    static auto ports() {
      return std::tuple{
          exported("figures", &Out::figures, "training_curves.png, and other formats", "visualizations")};
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

/// Loss, accuracy, top-5 accuracy where some epoch has less than 100 % of it, and a panel for each metric
/// that callbacks logged ("f1" and "val_f1" share one), at most 12: thin lines for the values, bold ones for
/// a smoothed course from 10 epochs on; the best epoch and an early stop are marked.
render::Drawing draw_training_curves(const History& history, render::Size size,
                                     const render::Measure& measure);

}  // namespace fovea
