#include "stages/model/onnx/onnx_model.hpp"

#include "stages/model/onnx/layer_nodes.hpp"
#include "stages/model/weights/preprocessing_json.hpp"

namespace fovea {
namespace {

/// The newest that both Debian 12's and 13's onnx know, and the first with layer normalisation.
constexpr std::int64_t opset = 17, format = 8;

const std::string pixels = "pixels", logits = "logits", probabilities = "probabilities";

Extent taken_extent(const Specification& network, const OnnxInput& input) {
  if (input.channels_last) return {network.height, network.width, network.channels};
  return {network.channels, network.height, network.width};
}

void describe_ends(onnx::GraphProto& graph, const Specification& network, const OnnxInput& input) {
  auto& taken = *graph.add_input();
  taken.set_name(pixels);
  set_extent(taken, input.as_float ? onnx::TensorProto::FLOAT : onnx::TensorProto::UINT8,
             taken_extent(network, input));
  for (const auto& name : {logits, probabilities}) {
    auto& given = *graph.add_output();
    given.set_name(name);
    set_extent(given, onnx::TensorProto::FLOAT, {network.classes});
  }
}

std::string by_channel(OnnxGraph& graph, const std::string& name, const std::vector<double>& values) {
  const std::vector<float> single(values.begin(), values.end());
  return graph.weight("preprocessing/" + name, {static_cast<std::int64_t>(single.size()), 1, 1}, single);
}

/// Adds what makes the network's input, N x C x H x W, of pixels.
std::string normalised(OnnxGraph& graph, const Preprocessing& how, const OnnxInput& input) {
  graph.begin("preprocessing");
  auto value = pixels;
  if (input.channels_last)
    value = graph.node("Transpose", {value}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}});
  if (!input.as_float) value = graph.node("Cast", {value}, {{"to", onnx::TensorProto::FLOAT}});
  auto std = how.std;
  std::replace(std.begin(), std.end(), 0.0, 1.0);
  value = graph.node("Mul", {value, graph.number(how.scale)});
  value = graph.node("Sub", {value, by_channel(graph, "mean", how.mean)});
  return graph.node("Div", {value, by_channel(graph, "std", std)});
}

/// Adds all layers behind `image` and returns the value of the last.
std::string add_layers(OnnxGraph& graph, const Model& model, const std::string& image) {
  const auto& network = model.specification;
  const auto info = infer(network);
  std::vector<std::size_t> first_weight{0};
  for (const auto& layer : info.layers) first_weight.push_back(first_weight.back() + layer.weights.size());
  std::vector<std::string> values(info.layers.size());
  for (const auto i : info.order) {
    const auto& layer = info.layers[i];
    std::vector<std::string> inputs;
    std::vector<Extent> extents;
    for (const auto from : layer.inputs) {
      const bool is_image = from == LayerInfo::image;
      inputs.push_back(is_image ? image : values[from]);
      extents.push_back(is_image ? Extent{network.channels, network.height, network.width}
                                 : info.layers[from].output);
    }
    graph.begin(network.layers[i].name);
    const auto weights = std::span(model.weights).subspan(first_weight[i], layer.weights.size());
    values[i] = std::visit(LayerNodes{graph, inputs, extents, layer, weights}, network.layers[i].kind);
    graph.declare(values[i], layer.output);
  }
  return values[info.output];
}

void tell(onnx::ModelProto& file, const std::string& key, const std::string& value) {
  auto& entry = *file.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

}  // namespace

onnx::ModelProto onnx_model(const Model& model, const OnnxInput& input) {
  onnx::ModelProto file;
  file.set_ir_version(format);
  file.set_producer_name("fovea");
  file.set_producer_version(FOVEA_VERSION);
  file.add_opset_import()->set_version(opset);
  tell(file, "preprocessing", preprocessing_json(model.preprocessing).dump());
  tell(file, "class_names", Json(model.class_names).dump());
  auto& graph = *file.mutable_graph();
  graph.set_name(model.specification.name.empty() ? "network" : model.specification.name);
  graph.set_doc_string(
      "pixels: 0 to 255, RGB, of the size that the metadata \"preprocessing\" says; scale, "
      "mean and std are part of the graph");
  describe_ends(graph, model.specification, input);
  OnnxGraph nodes(graph, {pixels, logits, probabilities});
  const auto last = add_layers(nodes, model, normalised(nodes, model.preprocessing, input));
  nodes.result(logits, "Identity", {last});
  nodes.result(probabilities, "Softmax", {logits}, {{"axis", -1}});
  return file;
}

}  // namespace fovea
