#include "graph/plan.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>

namespace fovea {
namespace {

/// A JSON value's leaves by their dotted names.
void flatten(const Json& value, const std::string& name, std::map<std::string, Json>& leaves) {
  if (!value.is_object() || value.empty()) {
    leaves[name] = value;
    return;
  }
  for (const auto& item : value.items()) {
    flatten(item.value(), name.empty() ? item.key() : name + "." + item.key(), leaves);
  }
}

/// "params.learning_rate" and its values as a sentence: what a person calls the difference.
std::string told(const std::string& name, const Json* before, const Json* now) {
  const auto rest = name.substr(name.find('.') + 1);
  if (name.starts_with("inputs.")) return "input " + quote(rest) + " has other content";
  if (name.starts_with("files.")) return "file " + quote(rest) + " has other content";
  const auto& label = name.starts_with("params.") ? rest : name;
  return label + ": " + (before ? shown(*before) : "not set") + " -> " + (now ? shown(*now) : "not set");
}

std::vector<std::string> differences(const Json& before, const Json& now) {
  std::map<std::string, Json> old_leaves;
  std::map<std::string, Json> new_leaves;
  flatten(before, "", old_leaves);
  flatten(now, "", new_leaves);
  std::vector<std::string> all;
  for (const auto& [name, value] : new_leaves) {
    const auto old = old_leaves.find(name);
    if (old == old_leaves.end()) {
      all.push_back(told(name, nullptr, &value));
    } else if (old->second != value) {
      all.push_back(told(name, &old->second, &value));
    }
  }
  for (const auto& [name, value] : old_leaves) {
    if (!new_leaves.contains(name)) all.push_back(told(name, &value, nullptr));
  }
  return all;
}

/// Compares with the earlier run that differs least, the newest of these.
void explain(Planned& planned, const Json& parts, const World& world) {
  std::optional<std::vector<std::string>> fewest;
  for (const auto& record : world.earlier(parts.at("stage").get<std::string>())) {
    auto all = differences(record.parts, parts);
    if (fewest && all.size() > fewest->size()) continue;
    fewest = std::move(all);
    planned.seconds = record.seconds;
  }
  if (!fewest) {
    planned.why = "never run before";
  } else if (fewest->empty()) {
    planned.why = "its result is no longer in the store";
  } else {
    constexpr std::size_t most = 3;
    const auto rest = fewest->size() > most ? fewest->size() - most : 0;
    fewest->resize(std::min(fewest->size(), most));
    planned.why = join(*fewest, "; ") + (rest > 0 ? "; and " + std::to_string(rest) + " more" : "");
  }
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  [[maybe_unused]] const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1 && size == 32);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs,
               const World& world) {
  const auto& [name, stage, params, wires] = graph.nodes().at(node);
  Json parts = {{"stage", stage->name}, {"version", stage->version}, {"params", stage->keyed(params)}};
  for (std::size_t i = 0; i < inputs.size(); ++i) parts["inputs"][stage->inputs[i].name] = inputs[i];
  if (stage->random) parts["seed"] = graph.seed();
  if (!stage->library.empty()) parts["numerics"] = world.numerics(stage->library);
  const auto files = at(name, [&] { return stage->sources(params); });
  for (const auto& file : files) {
    const auto top = files.front().parent_path();
    parts["files"][file.lexically_relative(top).string()] = at(name, [&] { return world.digest(file); });
  }
  return parts;
}

std::vector<Planned> plan(const Graph& graph, const World& world, const std::vector<std::string>& force) {
  for (const auto& name : force) graph.find(name);
  std::vector<Planned> all(graph.nodes().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& node = graph.nodes()[i];
    std::vector<std::string> inputs;
    for (const auto& wire : node.inputs) {
      const auto& from = all[wire.node];
      if (from.status == Status::hit) {
        inputs.push_back(from.record->objects.at(wire.port));
      } else if (all[i].why.empty()) {
        all[i].why = quote(graph.nodes()[wire.node].name) + " runs before it";
      }
    }
    const bool forced = std::find(force.begin(), force.end(), node.name) != force.end();
    if (inputs.size() < node.inputs.size()) {
      (void)at(node.name, [&] { return node.stage->sources(node.params); });
      for (const auto& record : world.earlier(node.stage->name)) {
        if (record.parts.at("params") == node.stage->keyed(node.params)) all[i].seconds = record.seconds;
      }
      continue;
    }
    const auto parts = key_parts(graph, i, inputs, world);
    all[i].record = world.find(node.stage->name, sha256(canonical(parts)));
    if (all[i].record) all[i].seconds = all[i].record->seconds;
    if (all[i].record && !forced) {
      all[i].status = Status::hit;
    } else if (forced) {
      all[i].record.reset();
      all[i].why = "forced";
    } else {
      explain(all[i], parts, world);
    }
  }
  return all;
}

}  // namespace fovea
