#include "stages/model/specification.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "graph/dag.hpp"

namespace fovea {
namespace {

/// Throws for counts beyond the memory of any machine, long before they overflow.
void expect_sane(double count, const char* what) {
  if (count > 1e12) throw Error(std::string(what) + " are too many; keep them below 1e12");
}

void expect_image(const Extent& in) {
  if (in.size() != 3)
    throw Error("takes images, but gets " + extent_text(in) + "; put it before \"flatten\"");
}

/// Returns the number of windows along one side.
std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  if (size + 2 * padding < kernel) {
    throw Error("a window of " + std::to_string(kernel) + " does not fit into " +
                std::to_string(size + 2 * padding) + " pixels; give larger images or a smaller network");
  }
  return (size + 2 * padding - kernel) / stride + 1;
}

Extent pooled(const Extent& in, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  expect_image(in);
  return {in[0], windows(in[1], kernel, stride, padding), windows(in[2], kernel, stride, padding)};
}

/// Infers one layer from its input extents; weight names are without the layer's name.
struct InferLayer {
  const std::vector<Extent>& inputs;
  LayerInfo& info;

  const Extent& in() const { return inputs.front(); }
  void weight(const char* name, Extent shape, WeightRole role) const {
    info.weights.push_back({name, std::move(shape), role});
  }

  void operator()(const Conv& conv) const {
    expect_image(in());
    if (in()[0] % conv.groups != 0 || conv.channels % conv.groups != 0) {
      throw Error(std::to_string(conv.groups) + " groups do not divide " + std::to_string(in()[0]) + " and " +
                  std::to_string(conv.channels) + " channels");
    }
    info.output = {conv.channels, windows(in()[1], conv.kernel, conv.stride, conv.padding),
                   windows(in()[2], conv.kernel, conv.stride, conv.padding)};
    const auto fan_in = in()[0] / conv.groups * conv.kernel * conv.kernel;
    expect_sane(static_cast<double>(product(info.output)) * static_cast<double>(fan_in), "multiply-adds");
    weight("weight", {conv.channels, in()[0] / conv.groups, conv.kernel, conv.kernel}, WeightRole::weight);
    if (conv.bias) weight("bias", {conv.channels}, WeightRole::bias);
    info.multiply_adds = product(info.output) * fan_in;
  }
  void operator()(const BatchNorm&) const {
    expect_image(in());
    info.output = in();
    weight("weight", {in()[0]}, WeightRole::norm);
    weight("bias", {in()[0]}, WeightRole::norm);
    weight("running_mean", {in()[0]}, WeightRole::buffer);
    weight("running_var", {in()[0]}, WeightRole::buffer);
    weight("num_batches_tracked", {}, WeightRole::buffer);
  }
  void operator()(const Relu&) const { info.output = in(); }
  void operator()(const MaxPool& pool) const {
    if (2 * pool.padding > pool.kernel) {
      throw Error("a padding of " + std::to_string(pool.padding) + " is more than half the window of " +
                  std::to_string(pool.kernel));
    }
    info.output = pooled(in(), pool.kernel, pool.stride, pool.padding);
  }
  void operator()(const AveragePool& pool) const { info.output = pooled(in(), pool.kernel, pool.stride, 0); }
  void operator()(const GlobalAveragePool&) const {
    expect_image(in());
    info.output = {in()[0], 1, 1};
  }
  void operator()(const Flatten&) const { info.output = {product(in())}; }
  void operator()(const Linear& linear) const {
    if (in().size() != 1)
      throw Error("takes flat values, but gets " + extent_text(in()) + "; put a \"flatten\" before it");
    info.output = {linear.features};
    expect_sane(static_cast<double>(in()[0]) * static_cast<double>(linear.features), "multiply-adds");
    weight("weight", {linear.features, in()[0]}, WeightRole::weight);
    if (linear.bias) weight("bias", {linear.features}, WeightRole::bias);
    info.multiply_adds = linear.features * in()[0];
  }
  void operator()(const Dropout&) const { info.output = in(); }
  void operator()(const Add&) const {
    info.output = in();
    for (const auto& other : inputs) {
      if (other == in()) continue;
      throw Error("adds " + extent_text(in()) + " and " + extent_text(other) + "; all must have one shape");
    }
  }
};

std::string place_of(const Layer& layer) {
  return "layer " + quote(layer.name);
}

/// Returns the allowed names of inputs, each with the number of its layer.
std::map<std::string, std::size_t> number_names(const std::vector<Layer>& layers) {
  std::map<std::string, std::size_t> numbers{{"input", LayerInfo::image}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name.empty()) throw Error("layer " + std::to_string(i) + ": has no name");
    if (numbers.emplace(layers[i].name, i).second) continue;
    throw Error(place_of(layers[i]) + ": the name is taken; give each layer its own");
  }
  return numbers;
}

std::vector<std::size_t> find_inputs(const std::vector<Layer>& layers, std::size_t at,
                                     const std::map<std::string, std::size_t>& numbers) {
  const auto& layer = layers[at];
  if (layer.inputs.empty() && !std::holds_alternative<Add>(layer.kind)) {
    return {at == 0 ? LayerInfo::image : at - 1};
  }
  std::vector<std::size_t> inputs;
  for (const auto& name : layer.inputs) {
    const auto found = numbers.find(name);
    if (found == numbers.end()) {
      std::vector<std::string> known;
      for (const auto& [one, number] : numbers) known.push_back(one);
      throw Error(place_of(layer) + ": unknown input " + quote(name) + suggestion(name, known));
    }
    inputs.push_back(found->second);
  }
  const bool adds = std::holds_alternative<Add>(layer.kind);
  if (adds ? inputs.size() < 2 : inputs.size() != 1) {
    throw Error(place_of(layer) + ": has " + std::to_string(inputs.size()) + " inputs; it must have " +
                (adds ? "at least 2" : "1"));
  }
  return inputs;
}

std::vector<std::size_t> order_of(const std::vector<Layer>& layers, const NetworkInfo& info) {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (const auto from : info.layers[i].inputs) {
      if (from != LayerInfo::image) arrows.emplace_back(from, i);
    }
  }
  auto [order, cycle] = topological_order(layers.size(), arrows);
  if (cycle.empty()) return order;
  std::vector<std::string> names;
  for (const auto i : cycle) names.push_back(quote(layers[i].name));
  names.push_back(names.front());
  throw Error("layers: " + join(names, " -> ") + " is a cycle; a layer must not need its own result");
}

/// Returns the one layer that no other uses.
std::size_t output_of(const Specification& specification, const NetworkInfo& info) {
  std::vector<bool> used(info.layers.size(), false);
  for (const auto& layer : info.layers) {
    for (const auto from : layer.inputs) {
      if (from != LayerInfo::image) used[from] = true;
    }
  }
  std::vector<std::string> unused;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) unused.push_back(quote(specification.layers[i].name));
  }
  if (unused.size() != 1) {
    throw Error("layers: " + join(unused, " and ") + " are used by no other layer; only the last may be");
  }
  return static_cast<std::size_t>(std::find(used.begin(), used.end(), false) - used.begin());
}

void infer_layer(const Specification& specification, std::size_t at, NetworkInfo& info) {
  auto& one = info.layers[at];
  std::vector<Extent> inputs;
  for (const auto from : one.inputs) {
    inputs.push_back(from == LayerInfo::image
                         ? Extent{specification.channels, specification.height, specification.width}
                         : info.layers[from].output);
  }
  const auto& layer = specification.layers[at];
  fovea::at(place_of(layer), [&] { std::visit(InferLayer{inputs, one}, layer.kind); });
  for (auto& weight : one.weights) {
    weight.name = layer.name + "." + weight.name;
    if (weight.role != WeightRole::buffer) one.parameters += weight.count();
  }
  info.parameters += one.parameters;
  info.multiply_adds += one.multiply_adds;
}

}  // namespace

NetworkInfo infer(const Specification& specification) {
  const auto& layers = specification.layers;
  if (layers.empty()) throw Error("layers: there are none; a network has at least one");
  const auto numbers = number_names(layers);
  NetworkInfo info;
  info.layers.resize(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) info.layers[i].inputs = find_inputs(layers, i, numbers);
  info.order = order_of(layers, info);
  for (const auto i : info.order) infer_layer(specification, i, info);
  info.output = output_of(specification, info);
  const auto& output = info.layers[info.output].output;
  if (output != Extent{specification.classes}) {
    throw Error(place_of(layers[info.output]) + ": gives " + extent_text(output) + ", but there are " +
                std::to_string(specification.classes) + " classes; the last layer gives one value a class");
  }
  return info;
}

}  // namespace fovea
