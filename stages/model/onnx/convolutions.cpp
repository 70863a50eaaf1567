#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {
namespace {

std::vector<std::int64_t> both(const Sides& sides) {
  return {sides.height(), sides.width()};
}

}  // namespace

std::string LayerNodes::operator()(const Conv& conv) const {
  OnnxGraph::Inputs values{in(), weight(0)};
  if (conv.bias) values.push_back(weight(1));
  const auto high = conv.padding.height(), wide = conv.padding.width();
  return node("Conv", values,
              {{"kernel_shape", both(conv.kernel)},
               {"strides", both(conv.stride)},
               {"pads", std::vector{high, wide, high, wide}},
               {"dilations", both(conv.dilation)},
               {"group", conv.groups}});
}

std::string LayerNodes::operator()(const Linear& linear) const {
  const auto channels = info.weights[0].shape[1];
  if (linear.pixelwise) {
    OnnxGraph::Inputs values{in(), weight(0, {linear.features, channels, 1, 1})};
    if (linear.bias) values.push_back(weight(1));
    return node("Conv", values, {{"kernel_shape", std::vector<std::int64_t>{1, 1}}});
  }
  if (extent().size() == 1) {
    OnnxGraph::Inputs values{in(), weight(0)};
    if (linear.bias) values.push_back(weight(1));
    return node("Gemm", values, {{"transB", 1}});
  }
  const auto product = node("MatMul", {in(), transposed_weight(0)});
  return linear.bias ? node("Add", {product, weight(1)}) : product;
}

}  // namespace fovea
