#pragma once

#include "runtime/run.hpp"

namespace fovea {

/// Where a pipeline keeps what it computes, where it shows it, and how it runs.
struct PipelineOptions {
  std::filesystem::path store;                   ///< empty: FOVEA_STORE, or else ".fovea"
  std::filesystem::path output_dir = "results";  ///< run directories are made in it
  std::string name;                              ///< of the run directory; empty: the pipeline's
  std::size_t threads = 0;                       ///< for data and drawing; 0: one for each core
  std::string device = "auto";                   ///< where LibTorch computes: auto, cpu, cuda or cuda:N
  std::vector<std::string> force;                ///< stages that run even where their result is there
  bool same_numerics = false;                    ///< results that were made with other numerics don't count
  std::filesystem::path tensorboard;             ///< a folder for event files while training runs; or empty
  std::filesystem::path mlflow;                  ///< a folder of MLflow's, for the run in the end; or empty
  std::stop_token stop;                          ///< asks to leave soon
  bool keep_going = false;   ///< after an error, what does not depend on it runs all the same
  Report* report = nullptr;  ///< null: lines on stdout
};

/// What a pipeline gave.
struct PipelineResult {
  std::filesystem::path directory;  ///< the run directory; empty where the run did not end well
  std::filesystem::path failed;     ///< then the folder with its run.log, where a stage had begun
  RunResult run;
  std::optional<Error> tracker_error;  ///< why a tracker has not all of a run that ended well
  double seconds = 0;
  std::string summary;  ///< that of `run_summary`, where it ended well or kept going after an error
};

/// The folder of the store: `given`, or else FOVEA_STORE, or else ".fovea".
std::filesystem::path store_folder(const std::filesystem::path& given);

/// What is read of a pipeline's results when all has run, beside what is exported: by the summary and by
/// trackers.
std::vector<Output> read_after_run(const Graph& graph);

/// Runs what is not in the store yet and writes the run directory: the whole of `fovea run`. While it is
/// under way `run.log` grows in a folder of its own. Throws `Error` where the pipeline can't be started; what
/// fails later is in the result.
PipelineResult run_pipeline(const Graph& graph, const PipelineOptions& options = {});

}  // namespace fovea
