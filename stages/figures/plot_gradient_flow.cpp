#include "stages/figures/plot_gradient_flow.hpp"

#include <algorithm>
#include <limits>

#include "render/cairo.hpp"
#include "render/heat/heat_map.hpp"
#include "render/layout.hpp"

namespace fovea {
namespace {

using namespace render;

constexpr double vanishing = 1e-6;
constexpr double exploding = 100;

/// Returns the parameters whose norm passes `test` in some epoch, as text.
template <class Test> std::string parameters_with(const GradientHistory& gradients,
                                                  const std::vector<double>& norms, const std::string& word,
                                                  const Test& test) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < gradients.names.size(); ++i) {
    bool any = false;
    for (std::size_t at = i; at < norms.size(); at += gradients.names.size()) any |= test(norms[at]);
    if (any) names.push_back(gradients.names[i]);
  }
  if (names.empty()) return "none " + word;
  const auto more = names.size() > 3 ? " and " + std::to_string(names.size() - 3) + " more" : "";
  names.resize(std::min<std::size_t>(names.size(), 3));
  return word + ": " + join(names, ", ") + more;
}

HeatMap flow_map(const GradientHistory& gradients) {
  HeatMap map;
  map.rows = gradients.names.size();
  map.columns = gradients.epochs();
  map.row_names = gradients.names;
  map.x_label = "epoch";
  map.y_label = "parameter";
  map.value_label = "mean norm of the gradient";
  map.scale = ScaleKind::log;
  map.empty = "gradients were not tracked; set \"track_gradients\" of train";
  for (std::size_t epoch = 1; epoch <= map.columns; ++epoch)
    map.column_names.push_back(std::to_string(epoch));
  for (std::size_t i = 0; i < map.rows; ++i) {
    for (std::size_t epoch = 0; epoch < map.columns; ++epoch) {
      const double norm = gradients.mean[epoch * map.rows + i];
      map.values.push_back(norm > 0 ? norm : std::numeric_limits<double>::quiet_NaN());
      map.texts.emplace_back(norm < vanishing                                      ? "▼"
                             : gradients.largest[epoch * map.rows + i] > exploding ? "▲"
                                                                                   : "");
    }
  }
  return map;
}

}  // namespace

render::Drawing draw_gradient_flow(const GradientHistory& gradients, render::Size size,
                                   const render::Measure& measure) {
  const auto subtitle =
      parameters_with(gradients, gradients.mean, "vanishing (▼ below " + number(vanishing) + ")",
                      [](double norm) { return norm < vanishing; }) +
      "; " +
      parameters_with(gradients, gradients.largest, "exploding (▲ above " + number(exploding) + ")",
                      [](double norm) { return norm > exploding; });
  return draw(Figure{.title = "Gradient flow",
                     .subtitle = gradients.epochs() == 0 ? "" : subtitle,
                     .size = size,
                     .subplots = {flow_map(gradients)}},
              measure);
}

PlotGradientFlow::Out<Value> PlotGradientFlow::run(const In<Value>& in, const Params& params,
                                                   Context& context) {
  return {saved(draw_gradient_flow(*in.gradients, picture_size(params), render::measure_text),
                "Gradient flow", params.formats, context)};
}

}  // namespace fovea
