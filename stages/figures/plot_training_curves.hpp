#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// Draws loss, accuracy and logged values of callbacks over epochs, for training and validation data.
struct PlotTrainingCurves : FigureStage<"plot_training_curves"> {
  static constexpr std::string_view doc =
      "draws loss, accuracy and what callbacks logged over epochs, for training and validation data";
  static constexpr int version = 2;

  template <template <class> class As> using In = HistoryIn<As>;
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws loss, accuracy, top-5 accuracy where some epoch has less than 100 %, and a panel per metric that
/// callbacks logged ("f1" and "val_f1" share one), at most 12. Thin lines are raw values, bold ones smoothed
/// from 10 epochs on; the best epoch and an early stop are marked.
render::Drawing draw_training_curves(const History& history, render::Size size,
                                     const render::Measure& measure);

}  // namespace fovea
