#include "stages/model/specification.hpp"

#include <functional>
#include <numeric>

namespace fovea {

std::int64_t product(const Extent& extent) {
  return std::accumulate(extent.begin(), extent.end(), std::int64_t{1}, std::multiplies<>());
}

std::string extent_text(const Extent& extent) {
  std::vector<std::string> sizes;
  for (const auto size : extent) sizes.push_back(std::to_string(size));
  return join(sizes, " x ");
}

std::int64_t WeightInfo::count() const {
  return product(shape);
}

std::vector<WeightInfo> NetworkInfo::weights() const {
  std::vector<WeightInfo> all;
  for (const auto& layer : layers) all.insert(all.end(), layer.weights.begin(), layer.weights.end());
  return all;
}

Sides Conversion<Sides>::read(const Json& json, const std::string& place) {
  if (!json.is_array()) return Conversion<std::int64_t>::read(json, place);
  const auto both = Conversion<std::vector<std::int64_t>>::read(json, place);
  if (both.size() != 2) detail::wrong_kind(place, kind, json);
  return {both[0], both[1]};
}

Json Conversion<Sides>::write(const Sides& sides, Keep) {
  if (sides.height() == sides.width()) return sides.height();
  return {sides.height(), sides.width()};
}

Json Conversion<Sides>::schema() {
  const auto number = Conversion<std::int64_t>::schema();
  return {{"anyOf", {number, {{"type", "array"}, {"items", number}, {"minItems", 2}, {"maxItems", 2}}}}};
}

Layer Conversion<Layer>::read(const Json& json, const std::string& place) {
  detail::expect_object(place, json);
  Layer layer;
  auto rest = json;
  if (!json.contains("name")) throw Error(place + ": \"name\" is missing");
  layer.name = Conversion<std::string>::read(json["name"], place + ".name");
  if (json.contains("inputs")) {
    layer.inputs = Conversion<std::vector<std::string>>::read(json["inputs"], place + ".inputs");
  }
  if (json.contains("weights")) {
    layer.weights = Conversion<std::string>::read(json["weights"], place + ".weights");
  }
  for (const auto* own : {"name", "inputs", "weights"}) rest.erase(own);
  layer.kind = Conversion<LayerKind>::read(rest, place);
  return layer;
}

Json Conversion<Layer>::write(const Layer& layer, Keep keep) {
  Json json{{"name", layer.name}};
  json.update(Conversion<LayerKind>::write(layer.kind, keep));
  if (!layer.inputs.empty()) json["inputs"] = layer.inputs;
  if (!layer.weights.empty()) json["weights"] = layer.weights;
  return json;
}

Json Conversion<Layer>::schema() {
  auto schema = Conversion<LayerKind>::schema();
  for (auto& one : schema["anyOf"]) {
    one["properties"]["name"] = {{"type", "string"}};
    one["properties"]["weights"] = {{"type", "string"}};
    one["properties"]["inputs"] = {{"type", "array"}, {"items", {{"type", "string"}}}};
    one["required"].push_back("name");
  }
  return schema;
}

}  // namespace fovea
