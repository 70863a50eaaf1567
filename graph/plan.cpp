#include "graph/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

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
  if (name.starts_with("files.")) {
    const auto fact = before == nullptr ? " is new" : now == nullptr ? " is gone" : " has other content";
    return (rest.ends_with('/') ? "folder " : "file ") + quote(rest) + fact;
  }
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
void explain(Planned& planned, const Node& node, const Json& parts, const World& world) {
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
    planned.why = "its record is no longer in the store";
  } else {
    constexpr std::size_t most = 3;
    const auto rest = fewest->size() > most ? fewest->size() - most : 0;
    const bool only_longer = fewest->size() == 1 && node.stage->horizon != nullptr &&
                             fewest->front().starts_with(node.stage->horizon(node.params).param + ": ");
    fewest->resize(std::min(fewest->size(), most));
    planned.why = join(*fewest, "; ") + (rest > 0 ? "; and " + std::to_string(rest) + " more" : "");
    const auto bound = only_longer ? node.stage->horizon(node.params).bound : "";
    if (!bound.empty()) planned.why += "; starts again, because " + bound;
  }
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The identities of a node's inputs, or nothing where one is not known before it is made; then `why` tells.
std::optional<std::vector<std::string>> known_inputs(const Graph& graph, std::size_t i,
                                                     const std::vector<Planned>& all, std::string& why) {
  std::vector<std::string> inputs;
  for (const auto& wire : graph.nodes()[i].inputs) {
    const auto& record = all[wire.node].record;
    if (!record) {
      why = quote(graph.nodes()[wire.node].name) + " runs before it";
      return {};
    }
    inputs.push_back(record->objects.at(wire.port));
  }
  return inputs;
}

/// Looks for saved progress of a node that has to run.
void find_progress(Planned& planned, const Node& node, const Json& parts, const World& world) {
  if (node.stage->horizon == nullptr) return;
  const auto horizon = node.stage->horizon(node.params);
  const auto position = world.progress(node.stage->name, progress_key(node, parts), horizon.length);
  if (!position) return;
  planned.status = Status::partial;
  planned.progress = position_text(*position, horizon);
}

/// Tells what is known of a node from those before it.
void plan_node(const Graph& graph, std::size_t i, const World& world, bool forced,
               std::vector<Planned>& all) {
  const auto& node = graph.nodes()[i];
  auto& planned = all[i];
  const auto inputs = known_inputs(graph, i, all, planned.why);
  if (!inputs) {
    (void)at(node.name, [&] { return node.stage->sources(node.params); });
    for (const auto& record : world.earlier(node.stage->name)) {
      if (record.parts.at("params") == node.stage->keyed(node.params)) planned.seconds = record.seconds;
    }
    return;
  }
  const auto parts = key_parts(graph, i, *inputs, world);
  auto record = world.find(node.stage->name, sha256(canonical(parts)));
  if (record) planned.seconds = record->seconds;
  if (forced) {
    planned.why = "forced";
  } else if (record) {
    planned.status = Status::hit;
    planned.record = std::move(record);
  } else {
    explain(planned, node, parts, world);
    find_progress(planned, node, parts, world);
  }
}

/// Whether somebody wants output `port` of node `i`: the run directory, a stage that runs, or, where nobody
/// reads any output of it, whoever asked for the stage itself.
bool is_wanted(const Graph& graph, std::size_t i, std::size_t port, const std::vector<Planned>& all) {
  if (!graph.nodes()[i].stage->outputs[port].file.empty()) return true;
  bool read = false;
  for (std::size_t to = 0; to < all.size(); ++to) {
    for (const auto& wire : graph.nodes()[to].inputs) {
      if (wire.node != i) continue;
      read = true;
      if (wire.port == port && all[to].status != Status::hit) return true;
    }
  }
  return !read;
}

/// From the last node to the first: what is lost and wanted has to run. What is read brings the objects that
/// it refers to with it.
void bring_back_lost(const Graph& graph, const World& world, std::vector<Planned>& all) {
  std::set<std::string> referred;
  for (std::size_t i = all.size(); i-- > 0;) {
    if (all[i].status != Status::hit) continue;
    const auto& [objects, references] = std::tie(all[i].record->objects, all[i].record->references);
    for (std::size_t port = 0; port < objects.size(); ++port) {
      if (!referred.contains(objects[port]) && !is_wanted(graph, i, port, all)) continue;
      if (!world.has(objects[port])) {
        all[i].status = Status::run;
        all[i].why = "its result is no longer in the store";
      } else if (port < references.size()) {
        referred.insert(references[port].begin(), references[port].end());
      }
    }
  }
}

/// Where a stage reads more files than this, those of a folder are one entry of its key.
constexpr std::size_t most_files_listed = 100;

/// The name of a file or folder below `top`, or its whole path where it lies elsewhere.
std::string name_below(const std::filesystem::path& top, const std::filesystem::path& file) {
  const auto name = file.lexically_relative(top).string();
  if (name == ".") return "./";
  return name.empty() ? file.string() : name;
}

}  // namespace

Json file_digests(const std::vector<std::filesystem::path>& files,
                  const std::function<std::string(const std::filesystem::path&)>& digest) {
  const auto top = files.front().parent_path();
  const bool by_folder = files.size() > most_files_listed;
  Json digests = Json::object();
  std::map<std::string, std::string> folders;
  for (const auto& file : files) {
    const auto name = name_below(top, file);
    if (!by_folder) {
      digests[name] = file.has_filename() ? digest(file) : "folder";
    } else if (file.has_filename()) {
      folders[name_below(top, file.parent_path() / "")] += name + '\0' + digest(file) + '\n';
    } else {
      folders[name] += "folder\n";
    }
  }
  for (const auto& [name, content] : folders) digests[name] = sha256(content);
  return digests;
}

Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs,
               const World& world) {
  const auto& [name, stage, params, wires, seed, each, identity] = graph.nodes().at(node);
  Json parts = {{"stage", stage->name}, {"version", stage->version}, {"params", stage->keyed(params)}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& port = stage->inputs[wires[i].input];
    auto& part = parts["inputs"][port.name];
    if (port.many) {
      part.push_back(inputs[i]);
    } else {
      part = inputs[i];
    }
  }
  if (stage->random) parts["seed"] = seed;
  if (!stage->library.empty()) parts["numerics"] = world.numerics(stage->library);
  if (stage->made_with != nullptr) parts["made_with"] = stage->made_with();
  const auto files = at(name, [&] { return stage->sources(params); });
  if (!files.empty()) parts["files"] = at(name, [&] { return file_digests(files, world.digest); });
  return parts;
}

std::string position_text(const Position& position, const Horizon& horizon) {
  const bool at_end = position.round >= horizon.length;
  const auto round = at_end ? horizon.length : position.round + 1;
  auto text = horizon.unit + " " + std::to_string(round) + " of " + std::to_string(horizon.length);
  if (position.step > 0) text += ", step " + std::to_string(position.step);
  return at_end ? "the end of " + text : text;
}

std::string progress_key(const Node& node, const Json& parts) {
  if (node.stage->horizon == nullptr) return sha256(canonical(parts));
  const auto horizon = node.stage->horizon(node.params);
  auto shared = parts;
  if (horizon.bound.empty()) shared["params"].erase(horizon.param);
  return sha256(canonical(shared));
}

std::vector<Planned> plan(const Graph& graph, const World& world, const std::vector<std::string>& force) {
  for (const auto& name : force) graph.find(name);
  std::vector<Planned> all(graph.nodes().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    plan_node(graph, i, world, contains(force, graph.nodes()[i].name), all);
  }
  bring_back_lost(graph, world, all);
  return all;
}

}  // namespace fovea
