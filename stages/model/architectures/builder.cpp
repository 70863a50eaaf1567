#include "stages/model/architectures/builder.hpp"

namespace fovea {

Builder::Builder(Specification& specification) : specification_(specification) {
  shapes_[last_] = {specification.channels, specification.height, specification.width};
}

Builder& Builder::add(const std::string& name, LayerKind kind, std::vector<std::string> inputs,
                      const std::string& weights) {
  if (inputs.empty()) inputs = {last_};
  std::vector<Extent> shapes;
  for (const auto& input : inputs) shapes.push_back(shape(input));
  at("layer " + quote(name), [&] { shapes_[name] = infer_layer(kind, shapes).output; });
  specification_.layers.push_back({name, std::move(kind), std::move(inputs), weights});
  last_ = name;
  return *this;
}

Conv same_conv(std::int64_t channels, std::int64_t kernel, std::int64_t stride, bool bias,
               const std::string& init) {
  return {.channels = channels,
          .kernel = kernel,
          .stride = stride,
          .padding = kernel / 2,
          .bias = bias,
          .init = init};
}

LayerKind activation(const std::string& name) {
  if (name == "relu6") return Relu6{};
  if (name == "silu") return Silu{};
  if (name == "gelu") return Gelu{};
  if (name == "hard_swish") return HardSwish{};
  return Relu{};
}

OneOf activation_names() {
  return one_of({"relu", "relu6", "silu", "gelu", "hard_swish"});
}

}  // namespace fovea
