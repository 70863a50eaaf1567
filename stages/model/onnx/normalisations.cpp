#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {

std::string LayerNodes::operator()(const BatchNorm& norm) const {
  return node("BatchNormalization", {in(), weight(0), weight(1), weight(2), weight(3)},
              {{"epsilon", static_cast<float>(norm.epsilon)}});
}

std::string LayerNodes::operator()(const LayerNorm& norm) const {
  const bool image = extent().size() == 3;
  const auto normal =
      node("LayerNormalization", {image ? transposed(in(), {0, 2, 3, 1}) : in(), weight(0), weight(1)},
           {{"axis", -1}, {"epsilon", static_cast<float>(norm.epsilon)}});
  return image ? transposed(normal, {0, 3, 1, 2}) : normal;
}

/// Each group as one channel of an instance normalisation: opset 17 has no operator for groups.
std::string LayerNodes::operator()(const GroupNorm& norm) const {
  const auto groups = static_cast<std::size_t>(norm.groups);
  const auto ones = graph.weight(weights[0].name + ".ones", {norm.groups}, std::vector<float>(groups, 1));
  const auto zeros = graph.weight(weights[1].name + ".zeros", {norm.groups}, std::vector<float>(groups, 0));
  const auto normal = node("InstanceNormalization", {reshaped(in(), {norm.groups, -1}), ones, zeros},
                           {{"epsilon", static_cast<float>(norm.epsilon)}});
  const Extent by_channel{extent()[0], 1, 1};
  const auto scaled = node("Mul", {reshaped(normal, extent()), weight(0, by_channel)});
  return node("Add", {scaled, weight(1, by_channel)});
}

std::string LayerNodes::operator()(const LayerScale&) const {
  const auto channels = info.weights[0].count();
  return node("Mul", {in(), weight(0, extent().size() == 3 ? Extent{channels, 1, 1} : Extent{channels})});
}

}  // namespace fovea
