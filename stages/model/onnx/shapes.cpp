#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {

std::string LayerNodes::weight(std::size_t number, const Extent& shape) const {
  return graph.weight(weights[number].name, shape, weights[number].values.span());
}

std::string LayerNodes::transposed_weight(std::size_t number) const {
  const auto& from = weights[number].values;
  const auto rows = weights[number].shape[0], columns = weights[number].shape[1];
  std::vector<float> to(from.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column)
      to[column * rows + row] = from[row * columns + column];
  }
  return graph.weight(weights[number].name + ".transposed",
                      {static_cast<std::int64_t>(columns), static_cast<std::int64_t>(rows)}, to);
}

std::string LayerNodes::reshaped(const std::string& value, const Extent& shape) const {
  std::vector<std::int64_t> lengths{0};  // 0: as it is, here the number of images
  lengths.insert(lengths.end(), shape.begin(), shape.end());
  return node("Reshape", {value, graph.whole(lengths)});
}

std::string LayerNodes::transposed(const std::string& value, std::vector<std::int64_t> order) const {
  return node("Transpose", {value}, {{"perm", std::move(order)}});
}

std::string LayerNodes::operator()(const Flatten&) const {
  return node("Flatten", {in()}, {{"axis", 1}});
}

std::string LayerNodes::operator()(const Reshape&) const {
  return reshaped(in(), info.output);
}

std::string LayerNodes::operator()(const Permute& permute) const {
  std::vector<std::int64_t> order{0};
  for (const auto from : permute.order) order.push_back(from + 1);
  return transposed(in(), order);
}

std::string LayerNodes::operator()(const ChannelShuffle& shuffle) const {
  const auto channels = extent()[0], height = extent()[1], width = extent()[2];
  const auto groups = reshaped(in(), {shuffle.groups, channels / shuffle.groups, height, width});
  return reshaped(transposed(groups, {0, 2, 1, 3, 4}), extent());
}

std::string LayerNodes::operator()(const Add&) const {
  auto sum = node("Add", {inputs[0], inputs[1]});
  for (std::size_t i = 2; i < inputs.size(); ++i) sum = node("Add", {sum, inputs[i]});
  return sum;
}

std::string LayerNodes::operator()(const Concat&) const {
  return node("Concat", inputs, {{"axis", 1}});
}

std::string LayerNodes::operator()(const Multiply&) const {
  return node("Mul", {inputs[0], inputs[1]});
}

}  // namespace fovea
