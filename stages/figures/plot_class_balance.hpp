#pragma once

#include "graph/stage.hpp"
#include "stages/data/class_balance.hpp"
#include "stages/figures/picture.hpp"

namespace fovea {

/// Draws the number of samples per class.
struct PlotClassBalance : FigureStage<"plot_class_balance"> {
  static constexpr std::string_view doc = "draws how many samples each class has, in each part of the data";
  static constexpr int version = 2;

  template <template <class> class As> struct In {
    As<Dataset> train;
    As<Dataset> validation;
    As<Dataset> test;
    static auto ports() {
      return std::tuple{field("train", &In::train, "what the model learns from"),
                        field("validation", &In::validation, "of the same classes; may be empty"),
                        field("test", &In::test, "of the same classes; may be empty")};
    }
  };
  template <template <class> class As> struct Out {
    As<Figures> figures;
    As<ClassBalance> balance;
    static auto ports() {
      return std::tuple{
          tracked("figures", &Out::figures, "class_balance.png, and other formats", "visualizations"),
          exported("balance", &Out::balance, "the counts, and how uneven they are", "class_balance.csv")};
    }
  };

  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws bars of the counts of each part: side by side up to 16 classes, in a panel per part beyond. The
/// class shares of the first part that has samples are a pie up to 12 classes, and sorted bars beyond. A
/// table shows the imbalance of each part.
render::Drawing draw_class_balance(const ClassBalance& balance, render::Size size,
                                   const render::Measure& measure);

}  // namespace fovea
