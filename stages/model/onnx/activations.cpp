#include <cmath>
#include <numbers>

#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {

std::string LayerNodes::operator()(const Relu&) const {
  return node("Relu", {in()});
}

std::string LayerNodes::operator()(const Relu6&) const {
  return node("Clip", {in(), graph.number(0), graph.number(6)});
}

std::string LayerNodes::operator()(const Silu&) const {
  return node("Mul", {in(), node("Sigmoid", {in()})});
}

/// Written as runtimes look for it, which compute it as one operator.
std::string LayerNodes::operator()(const Gelu& gelu) const {
  if (gelu.approximate == "tanh") {
    const auto cubed = node("Pow", {in(), graph.number(3)});
    const auto sum = node("Add", {in(), node("Mul", {cubed, graph.number(0.044715)})});
    const auto scaled = node("Mul", {sum, graph.number(std::sqrt(2 / std::numbers::pi))});
    const auto share = node("Add", {node("Tanh", {scaled}), graph.number(1)});
    return node("Mul", {node("Mul", {in(), graph.number(0.5)}), share});
  }
  const auto scaled = node("Div", {in(), graph.number(std::numbers::sqrt2)});
  const auto share = node("Add", {node("Erf", {scaled}), graph.number(1)});
  return node("Mul", {node("Mul", {in(), share}), graph.number(0.5)});
}

std::string LayerNodes::operator()(const HardSwish&) const {
  return node("HardSwish", {in()});
}

std::string LayerNodes::operator()(const HardSigmoid&) const {
  return node("HardSigmoid", {in()}, {{"alpha", 1.0F / 6}, {"beta", 0.5F}});
}

std::string LayerNodes::operator()(const Sigmoid&) const {
  return node("Sigmoid", {in()});
}

std::string LayerNodes::operator()(const Softmax&) const {
  return node("Softmax", {in()}, {{"axis", extent().size() == 3 ? 1 : -1}});
}

}  // namespace fovea
