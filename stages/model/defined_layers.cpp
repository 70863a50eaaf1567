#include "stages/model/defined_layers.hpp"

#include <algorithm>
#include <map>

namespace fovea {
namespace {

/// What a layer may have beside the settings of its kind.
constexpr const char* common[] = {"name", "inputs", "repeat"};

/// The member that says how many values come out, of a layer that may end a network.
const char* size_member(const Json& json) {
  return json.value("layer", Json()) == "conv" ? "channels" : "features";
}

template <class T> void take(const Json& json, const char* name, const std::string& place, T& to) {
  if (json.contains(name)) to = Conversion<T>::read(json[name], place + "." + name);
}

std::string kind_name(const DefinedLayer& layer) {
  return std::visit(
      [](const auto& some) {
        return std::visit([](const auto& one) { return std::string(one.tag.value); }, some);
      },
      layer.kind);
}

/// A layer of as many values as there are classes.
LayerKind sized(LayerKind kind, std::int64_t classes) {
  if (auto* linear = std::get_if<Linear>(&kind)) linear->features = classes;
  if (auto* conv = std::get_if<Conv>(&kind)) conv->channels = classes;
  return kind;
}

/// A block that follows another of its kind: only the first makes the image smaller.
Block without_stride(Block block) {
  std::visit(
      [](auto& one) {
        if constexpr (requires { one.stride; }) one.stride = 1;
      },
      block);
  return block;
}

/// The layer kinds of a network, put together one after another.
class Assembly {
 public:
  explicit Assembly(Specification& specification) : net_(specification) {}

  void add(const DefinedLayer& layer) {
    const auto name = name_of(layer);
    for (std::int64_t i = 0; i < layer.repeat; ++i) {
      const auto each = layer.repeat == 1 ? name : name + "." + std::to_string(i);
      if (const auto* kind = std::get_if<LayerKind>(&layer.kind)) {
        net_.add(each, layer.gives_classes ? sized(*kind, net_.classes()) : *kind,
                 i == 0 ? inputs(layer, name) : std::vector<std::string>{});
      } else {
        append(i == 0 ? std::get<Block>(layer.kind) : without_stride(std::get<Block>(layer.kind)), each,
               layer);
      }
    }
    ends_[name] = net_.last();
  }

 private:
  std::string name_of(const DefinedLayer& layer) {
    const auto kind = kind_name(layer);
    const auto number = ++counts_[kind];
    return layer.name.empty() ? kind + std::to_string(number) : layer.name;
  }
  /// What comes in, by the names of layers; that of a block means its last layer.
  std::vector<std::string> inputs(const DefinedLayer& layer, const std::string& name) const {
    std::vector<std::string> found;
    for (const auto& input : layer.inputs) {
      const auto end = ends_.find(input);
      if (end == ends_.end()) {
        std::vector<std::string> known;
        for (const auto& [one, last] : ends_) known.push_back(one);
        throw Error("layer " + quote(name) + ": unknown input " + quote(input) + suggestion(input, known));
      }
      found.push_back(end->second);
    }
    return found;
  }
  void append(const Block& block, const std::string& name, const DefinedLayer& layer) {
    if (!layer.inputs.empty())
      throw Error("layer " + quote(name) + ": a block takes what comes before it; leave \"inputs\" out");
    at("block " + quote(name), [&] { std::visit([&](const auto& one) { one.append(net_, name); }, block); });
  }

  Builder net_;
  std::map<std::string, int> counts_;
  std::map<std::string, std::string> ends_{{"input", "input"}};
};

}  // namespace

DefinedLayer Conversion<DefinedLayer>::read(const Json& json, const std::string& place) {
  detail::expect_object(place, json);
  DefinedLayer layer;
  take(json, "name", place, layer.name);
  take(json, "inputs", place, layer.inputs);
  take(json, "repeat", place, layer.repeat);
  if (layer.repeat < 1 || layer.repeat > 1000)
    detail::breaks_rule(place + ".repeat", "from 1 to 1000", json["repeat"]);
  auto rest = json;
  for (const auto* own : common) rest.erase(own);
  if (json.contains("block")) {
    layer.kind = Conversion<Block>::read(rest, place);
    return layer;
  }
  if (rest.value("layer", Json()) == OwnModule::tag.value)
    throw Error(place + ": a module of one's own is a whole network; name it as \"architecture\"");
  const auto* size = size_member(rest);
  layer.gives_classes = rest.contains(size) && rest[size] == "classes";
  if (layer.gives_classes) rest.erase(size);
  layer.kind = Conversion<LayerKind>::read(rest, place);
  return layer;
}

Json Conversion<DefinedLayer>::write(const DefinedLayer& layer, Keep keep) {
  auto json = std::visit([&]<class Some>(const Some& some) { return Conversion<Some>::write(some, keep); },
                         layer.kind);
  if (layer.gives_classes) json[size_member(json)] = "classes";
  if (!layer.name.empty()) json["name"] = layer.name;
  if (!layer.inputs.empty()) json["inputs"] = layer.inputs;
  if (layer.repeat != 1) json["repeat"] = layer.repeat;
  return json;
}

Json Conversion<DefinedLayer>::schema() {
  auto schema = Conversion<LayerKind>::schema();
  auto& kinds = schema["anyOf"];
  kinds.erase(std::remove(kinds.begin(), kinds.end(), Conversion<OwnModule>::schema()), kinds.end());
  for (auto& one : Conversion<Block>::schema()["anyOf"]) schema["anyOf"].push_back(one);
  for (auto& one : schema["anyOf"]) {
    auto& properties = one["properties"];
    for (const auto* size : {"features", "channels"}) {
      if (properties.contains(size))
        properties[size] = {{"anyOf", Json::array({properties[size], {{"const", "classes"}}})}};
    }
    properties["name"] = {{"type", "string"}};
    properties["inputs"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
    properties["repeat"] = {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}};
  }
  return schema;
}

Specification defined_specification(const std::vector<DefinedLayer>& layers, std::int64_t height,
                                    std::int64_t width, std::int64_t channels, std::int64_t classes) {
  Specification specification{"layers", height, width, channels, classes, {}};
  at("layers", [&] {
    Assembly assembly(specification);
    for (const auto& layer : layers) assembly.add(layer);
    infer(specification);
  });
  return specification;
}

}  // namespace fovea
