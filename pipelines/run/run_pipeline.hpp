#pragma once

#include "runtime/run.hpp"

namespace fovea {

/// The options of a pipeline's run: where results are stored and shown, and how stages run.
struct PipelineOptions {
  std::filesystem::path store;                   ///< empty: FOVEA_STORE, or else ".fovea"
  std::filesystem::path output_dir = "results";  ///< the folder in which run directories are created
  /// A folder that gets the exported files in place of a run directory, beside what is there already; "" for
  /// no files at all.
  std::optional<std::filesystem::path> files_in;
  std::string name;                   ///< the run directory's name; empty: the pipeline's
  std::size_t threads = 0;            ///< for data and drawing; 0: one for each core
  std::string device = "auto";        ///< the device of LibTorch: auto, cpu, cuda or cuda:N
  std::vector<std::string> force;     ///< stages that run even if their result is in the store
  bool same_numerics = false;         ///< ignore results with other numerics
  std::filesystem::path tensorboard;  ///< a folder for TensorBoard's event files during training; or empty
  std::filesystem::path mlflow;       ///< an MLflow folder for the finished run; or empty
  std::stop_token stop;               ///< requests a stop
  bool keep_going = false;            ///< after an error, run the stages that do not depend on it
  Report* report = nullptr;           ///< null: lines on stdout
};

/// The result of a pipeline's run.
struct PipelineResult {
  std::filesystem::path directory;  ///< the run directory, or `files_in`; empty if the run did not succeed
  std::filesystem::path failed;     ///< then the folder with run.log, if any stage had started
  RunResult run;
  std::optional<Error> tracker_error;  ///< why a tracker lacks a part of a successful run
  double seconds = 0;
  std::string summary;  ///< the text of `run_summary`, if the run succeeded or kept going after an error
};

/// Returns the folder of the store: `given`, or else FOVEA_STORE, or else ".fovea".
std::filesystem::path store_folder(const std::filesystem::path& given);

/// Runs what is not in the store yet and writes the run directory: the whole of `fovea run`. While it is
/// under way `run.log` grows in a folder of its own. Throws `Error` where the pipeline can't be started; what
/// fails later is in the result.
PipelineResult run_pipeline(const Graph& graph, const PipelineOptions& options = {});

}  // namespace fovea
