#pragma once

#include "graph/stage.hpp"
#include "stages/figures/picture.hpp"
#include "stages/model/model.hpp"

namespace fovea {

/// Draws the tree of a network: its blocks and layers, or the children of a module of one's own.
struct PlotNetworkArchitecture : FigureStage<"plot_network_architecture"> {
  static constexpr std::string_view doc = "draws the tree of a network with types and parameters";
  static constexpr int version = 1;

  template <template <class> class As> struct In {
    As<Model> model;
    static auto ports() { return std::tuple{field("model", &In::model, "the network")}; }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

/// Draws a line for each part of the network, below the part that it belongs to, as deep as there is room;
/// neighbours that are alike are one line.
render::Drawing draw_network_architecture(const Specification& specification, render::Size size,
                                          const render::Measure& measure);

}  // namespace fovea
