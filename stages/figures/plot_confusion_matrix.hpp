#pragma once

#include "graph/stage.hpp"
#include "stages/evaluate/metrics.hpp"
#include "stages/figures/picture.hpp"

namespace fovea {

/// Draws the confusion matrix of a model.
struct PlotConfusionMatrix : FigureStage<"plot_confusion_matrix"> {
  static constexpr std::string_view doc = "draws which classes a model takes for which";
  static constexpr int version = 2;

  template <template <class> class As> struct In {
    As<Metrics> metrics;
    static auto ports() {
      return std::tuple{field("metrics", &In::metrics, "the confusion counts and scores to draw")};
    }
  };

  struct Params {
    std::string normalize = "true";
    std::vector<std::string> formats{"png"};
    std::int64_t width = 1600;
    std::int64_t height = 1000;
    static auto fields() {
      return std::tuple_cat(std::tuple{field("normalize", &Params::normalize, "what a cell's share is of",
                                             one_of({"true", "pred", "all", "none"}))},
                            picture_fields<Params>());
    }
  };

  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws the matrix; `normalize` makes a cell a share of its true class, of its predicted class, or of all
/// samples, and with `none` counts are coloured. Recall is drawn beside the rows and precision below the
/// columns. Beyond 40 classes cells have no text, and their colours are on a log scale.
render::Drawing draw_confusion_matrix(const Metrics& metrics, const std::string& normalize, render::Size size,
                                      const render::Measure& measure);

}  // namespace fovea
