#include "graph/lineage.hpp"

#include <filesystem>

#include "graph/sha256.hpp"

namespace fovea {
namespace {

/// Returns the paths to data among the parameters.
Json paths_of(const Node& node) {
  Json paths = Json::object();
  for (const auto& field : node.stage->params) {
    const auto& value = node.params.at(field.name);
    if (field.role != Role::source || !value.is_string() || value == "") continue;
    const auto full = std::filesystem::absolute(value.get<std::string>()).lexically_normal();
    paths[field.name] = Json::parse(quote(full.string()));
  }
  return paths;
}

/// Returns the settings that are words, which decide the kind of work that a stage does.
Json words_of(const Node& node) {
  Json words = Json::object();
  for (const auto& field : node.stage->params) {
    const auto& value = node.params.at(field.name);
    if (field.role == Role::result && value.is_string()) words[field.name] = value;
  }
  return words;
}

}  // namespace

std::vector<std::string> lineages(const Graph& graph) {
  std::vector<std::string> own, with_words;
  for (const auto& node : graph.nodes()) {
    Json what = {{"stage", node.stage->name}, {"paths", paths_of(node)}, {"inputs", Json::array()}};
    for (const auto& wire : node.inputs)
      what["inputs"].push_back({wire.input, wire.port, with_words[wire.node]});
    own.push_back(sha256(canonical(what)).substr(0, 16));
    what["words"] = words_of(node);
    with_words.push_back(sha256(canonical(what)));
  }
  return own;
}

}  // namespace fovea
