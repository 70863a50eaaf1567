#include "pipelines/command/prepared.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/library.hpp"
#include "runtime/running_folder.hpp"
#include "runtime/warnings.hpp"
#include "stages/list.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// Returns the nodes for "all" or a stage's name.
std::vector<std::size_t> forced(const Graph& graph, const std::string& name) {
  const auto& nodes = graph.nodes();
  const bool is_node =
      std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) { return node.name == name; });
  if (name != "all" || is_node) return graph.find_all(name);
  std::vector<std::size_t> all(nodes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

ComputeDevice device_of(const std::string& name) {
  try {
    return at("--device", [&] { return compute_device(name); });
  } catch (const Error& error) {
    if (std::string_view(error.what()).find(" is not allowed; ") == std::string_view::npos) throw;
    throw UsageError(error.what());
  }
}

Store store_to_look_at(const std::filesystem::path& folder) {
  return Store(folder, warn_on_stderr, true);
}

std::vector<Planned> Prepared::planned() const {
  auto opened = store_to_look_at(store_folder(store));
  const auto world = world_of(opened, [&](const Node& node) { return numerics(node, device); });
  return plan(graph, world, {force, same_numerics});
}

std::unique_ptr<Prepared> prepare(const RunCommand& command) {
  return prepare(command, [&](const Registry& registry) {
    return read_definition_file(command.pipeline, command.settings, registry);
  });
}

std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph) {
  auto prepared = std::make_unique<Prepared>();
  prepared->device = device_of(command.device);
  if (!command.name.empty()) at_flag("--name", [&] { expect_run_name(command.name); });
  prepared->registry = stages_with(command.plugins);
  auto& graph = prepared->graph;
  graph = read_graph(prepared->registry);
  if (!command.until.empty()) {
    const auto last = at_flag("--until", [&] { return graph.find_all(command.until); });
    graph = graph.only(graph.needed_by(last));
  }
  for (const auto& name : command.force) {
    for (const auto node : at_flag("--force", [&] { return forced(graph, name); }))
      prepared->force.push_back(graph.nodes()[node].name);
  }
  prepared->store = command.store;
  prepared->same_numerics = command.same_numerics;
  return prepared;
}

Registry stages_with(const std::vector<std::filesystem::path>& plugins) {
  auto registry = all_stages();
  for (const auto& plugin : plugins) load_plugin(plugin, registry);
  return registry;
}

}  // namespace fovea
