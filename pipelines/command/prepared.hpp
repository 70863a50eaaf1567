#pragma once

#include <functional>

#include "graph/plan.hpp"
#include "graph/registry.hpp"
#include "runtime/store/store.hpp"
#include "stages/model/compute_device.hpp"

namespace fovea {

/// What the verbs that have a pipeline are told.
struct RunCommand {
  std::filesystem::path pipeline;
  std::vector<std::string> settings;
  std::string until;
  std::vector<std::string> force;
  std::string name;
  std::filesystem::path output_dir = "results";
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

/// A pipeline as a command wants it: read, checked, cut to what is asked for. The registry outlives the graph
/// that points into it.
struct Prepared {
  Registry registry;
  Graph graph;
  std::filesystem::path store;
  std::vector<std::string> force;  ///< nodes that run whatever is there
  bool same_numerics = false;
  ComputeDevice device;

  /// What would run, by what the store holds.
  std::vector<Planned> planned() const;
};
std::unique_ptr<Prepared> prepare(const RunCommand& command);
/// The same of a graph that comes from elsewhere than a file.
std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph);

/// Every stage that comes with Fovea, and those of shared libraries.
Registry stages_with(const std::vector<std::filesystem::path>& plugins);

/// A store that is only looked at, whose warnings go to stderr.
Store store_to_look_at(const std::filesystem::path& folder);

}  // namespace fovea
