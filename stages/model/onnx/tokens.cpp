#include <cmath>

#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {

std::string LayerNodes::operator()(const Tokens&) const {
  return transposed(reshaped(in(), {extent()[0], extent()[1] * extent()[2]}), {0, 2, 1});
}

std::string LayerNodes::operator()(const ClassToken&) const {
  const auto images = node("Shape", {in()}, {{"start", 0}, {"end", 1}});
  const auto lengths = node("Concat", {images, graph.whole({1, extent()[1]})}, {{"axis", 0}});
  return node("Concat", {node("Expand", {weight(0), lengths}), in()}, {{"axis", 1}});
}

std::string LayerNodes::operator()(const FirstToken&) const {
  return reshaped(node("Slice", {in(), graph.whole({0}), graph.whole({1}), graph.whole({1})}), info.output);
}

std::string LayerNodes::operator()(const PositionEmbedding&) const {
  return node("Add", {in(), weight(0)});
}

std::string LayerNodes::operator()(const Attention& attention) const {
  const auto tokens = extent()[0], channels = extent()[1] / 3, width = channels / attention.heads;
  const auto parts = graph.node_of(3, "Split", {in()}, {{"axis", -1}});
  const auto heads = [&](const std::string& value, std::vector<std::int64_t> order) {
    return transposed(reshaped(value, {tokens, attention.heads, width}), std::move(order));
  };
  const auto queries =
      node("Mul", {heads(parts[0], {0, 2, 1, 3}), graph.number(1 / std::sqrt(static_cast<double>(width)))});
  const auto shares =
      node("Softmax", {node("MatMul", {queries, heads(parts[1], {0, 2, 3, 1})})}, {{"axis", -1}});
  const auto found = node("MatMul", {shares, heads(parts[2], {0, 2, 1, 3})});
  return reshaped(transposed(found, {0, 2, 1, 3}), {tokens, channels});
}

}  // namespace fovea
