#pragma once

#include "graph/plan.hpp"
#include "graph/registry.hpp"
#include "pipelines/run/signals.hpp"
#include "pipelines/train/compose.hpp"
#include "runtime/report.hpp"
#include "runtime/store/store.hpp"
#include "stages/model/compute_device.hpp"

namespace fovea {

/// What `fovea run` and `fovea plan` are told.
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

  /// The store, whose warnings go to stderr.
  Store open_store() const;
  std::vector<Planned> planned() const;
};
std::unique_ptr<Prepared> prepare(const RunCommand& command);
/// The same of a graph that comes from elsewhere than a file.
std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph);

/// Each command prints to stdout and gives the exit code; what a person can mend is thrown as `Error`.
int run_command(const RunCommand& command, Signals& signals);
int plan_command(const RunCommand& command);
/// Runs what was prepared, and tells a program or a person of `first` before anything else.
int run_prepared(const Prepared& prepared, const RunCommand& command, Signals& signals,
                 const std::vector<Event>& first = {});
int plan_prepared(const Prepared& prepared, const RunCommand& command);

/// What `fovea train` is told.
struct TrainCommand {
  TrainRequest request;
  RunCommand run;  ///< without a pipeline
  std::filesystem::path save_pipeline;
};
/// Composes a pipeline from flags, saves it where that is asked for, and runs it (or tells its plan).
int train_command(const TrainCommand& command, Signals& signals);

/// Lists the architectures with their parameter counts, or the layers of one, for images such as "3x32x32";
/// "" = each for the smallest of 32 and 224 pixels that it takes.
int models_command(const std::string& architecture, const std::string& input, std::int64_t classes,
                   bool json);

/// Runs a pipeline undisturbed and, in another store, killed and started again up to `kills` times; compares.
int verify_resume_command(const RunCommand& command, int kills, Signals& signals);
/// Every stage that comes with Fovea, and those of shared libraries.
Registry stages_with(const std::vector<std::filesystem::path>& plugins);
int stages_command(const std::string& stage, const std::vector<std::filesystem::path>& plugins, bool json);
int schema_command(const std::vector<std::filesystem::path>& plugins);
/// Tells what data a path holds; without one, which formats are known.
int datasets_command(const std::filesystem::path& path, bool json);
int graph_command(const RunCommand& command, const std::filesystem::path& output);

/// What `fovea store ls`, `verify` and `gc`, and `fovea explain`, are told.
struct StoreCommand {
  std::filesystem::path store;
  std::vector<std::filesystem::path> plugins;
  bool json = false;
  bool nondeterministic = false;
  std::string max_size;
  std::string max_age;
  std::vector<std::string> keep_runs;
  bool dry_run = false;
};
int store_ls_command(const StoreCommand& command);
int store_verify_command(const StoreCommand& command);
int store_gc_command(const StoreCommand& command);

/// Tells which key an exported file came from, and prints the pipeline that made it.
int explain_command(const std::filesystem::path& file, const StoreCommand& command);

/// A JSON Schema of saved pipelines, for editors.
Json definition_schema(const Registry& registry);

}  // namespace fovea
