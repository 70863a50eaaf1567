#include "stages/model/specification.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "graph/dag.hpp"

namespace fovea {
namespace {

/// The fewest and the most inputs that a layer takes.
std::pair<std::size_t, std::size_t> input_counts(const LayerKind& kind) {
  if (std::holds_alternative<Add>(kind) || std::holds_alternative<Concat>(kind)) return {2, 4096};
  if (std::holds_alternative<Multiply>(kind)) return {2, 2};
  return {1, 1};
}

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
  if (layer.inputs.empty() && input_counts(layer.kind).first == 1) {
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
  const auto [least, most] = input_counts(layer.kind);
  if (inputs.size() < least || inputs.size() > most) {
    throw Error(place_of(layer) + ": has " + std::to_string(inputs.size()) + " inputs; it must have " +
                (most > 2 ? "at least " : "") + std::to_string(least));
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

/// Names weights by their layer: a weight without a name of its own is called like the layer, and those of a
/// module have its own names.
void name_weights(const Layer& layer, std::vector<WeightInfo>& weights) {
  if (std::holds_alternative<OwnModule>(layer.kind)) return;
  for (auto& weight : weights) {
    weight.name = weight.name.empty()     ? layer.name
                  : layer.weights.empty() ? layer.name + "." + weight.name
                                          : layer.weights + weight.name;
  }
}

void infer_at(const Specification& specification, std::size_t at, NetworkInfo& info) {
  auto& one = info.layers[at];
  std::vector<Extent> inputs;
  for (const auto from : one.inputs) {
    inputs.push_back(from == LayerInfo::image
                         ? Extent{specification.channels, specification.height, specification.width}
                         : info.layers[from].output);
  }
  const auto& layer = specification.layers[at];
  auto numbers = std::move(one.inputs);
  fovea::at(place_of(layer), [&] { one = infer_layer(layer.kind, inputs); });
  one.inputs = std::move(numbers);
  name_weights(layer, one.weights);
  info.parameters += one.parameters;
  info.multiply_adds += one.multiply_adds;
}

/// Throws where a module is one layer of several.
void expect_modules_alone(const std::vector<Layer>& layers) {
  if (layers.size() == 1) return;
  for (const auto& layer : layers) {
    if (std::holds_alternative<OwnModule>(layer.kind))
      throw Error(place_of(layer) + ": a module of one's own is a whole network; it must be the only layer");
  }
}

void expect_names_differ(const std::vector<WeightInfo>& weights) {
  std::set<std::string> names;
  for (const auto& weight : weights) {
    if (!names.insert(weight.name).second)
      throw Error("layers: two weights are called " + quote(weight.name) + "; give each a name of its own");
  }
}

}  // namespace

NetworkInfo infer(const Specification& specification) {
  const auto& layers = specification.layers;
  if (layers.empty()) throw Error("layers: there are none; a network has at least one");
  expect_modules_alone(layers);
  const auto numbers = number_names(layers);
  NetworkInfo info;
  info.layers.resize(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) info.layers[i].inputs = find_inputs(layers, i, numbers);
  info.order = order_of(layers, info);
  for (const auto i : info.order) infer_at(specification, i, info);
  expect_names_differ(info.weights());
  info.output = output_of(specification, info);
  const auto& output = info.layers[info.output].output;
  if (output != Extent{specification.classes}) {
    throw Error(place_of(layers[info.output]) + ": gives " + extent_text(output) + ", but there are " +
                std::to_string(specification.classes) + " classes; the last layer gives one value a class");
  }
  return info;
}

}  // namespace fovea
