#pragma once

#include <functional>

#include "graph/plan.hpp"
#include "graph/registry.hpp"
#include "runtime/store/store.hpp"
#include "stages/model/compute_device.hpp"

namespace fovea {

/// The arguments of the verbs that have a pipeline.
struct RunCommand {
  std::filesystem::path pipeline;
  std::vector<std::string> settings;
  std::string until;
  std::vector<std::string> force;
  std::string name;
  std::filesystem::path output_dir = "results";
  std::optional<std::filesystem::path> files_in{};  ///< see `PipelineOptions`
  std::filesystem::path store;
  std::filesystem::path tensorboard;
  std::filesystem::path mlflow;
  std::size_t threads = 0;
  std::string device = "auto";
  bool same_numerics = false;
  std::vector<std::filesystem::path> plugins;
  bool keep_going = false;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// A pipeline that is read, checked, and reduced to the requested stages. The registry outlives the graph,
/// whose nodes point into it.
struct Prepared {
  Registry registry;
  Graph graph;
  std::filesystem::path store;
  std::vector<std::string> force;  ///< nodes that run even if their result is in the store
  bool same_numerics = false;
  ComputeDevice device;

  /// Plans the graph against the store.
  std::vector<Planned> planned() const;
};
std::unique_ptr<Prepared> prepare(const RunCommand& command);
/// Prepares a graph that `read_graph` builds instead of reading it from a file.
std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph);

/// Returns the device of that name, as `--device` takes it. An impossible name is a usage error; a device
/// that this machine lacks is not.
ComputeDevice device_of(const std::string& name);

/// Returns all stages of Fovea, and those of the given plugins.
Registry stages_with(const std::vector<std::filesystem::path>& plugins);

/// Opens a store for reading, with warnings on stderr.
Store store_to_look_at(const std::filesystem::path& folder);

}  // namespace fovea
