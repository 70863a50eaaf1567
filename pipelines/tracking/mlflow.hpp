#pragma once

#include <filesystem>
#include <span>

#include "runtime/store/store.hpp"

namespace fovea {

/// Makes the folder of MLflow's that runs are written to. Throws `Error` where it can't be.
void expect_mlflow_folder(const std::filesystem::path& folder);

/// Writes a finished run into a folder as MLflow's file store keeps runs, whole or not at all, and gives its
/// path: the pipeline is the experiment, every resolved parameter is a param, the scalars by epoch and by
/// step and the numbers that tracked ports tell are metrics, and the run directory's files are artifacts. Of
/// several trainings each is also a run below that one, with its own params and metrics under the names of a
/// single run.
std::filesystem::path write_mlflow(const Graph& graph, std::span<const Record> records, Store& store,
                                   const std::filesystem::path& directory,
                                   const std::filesystem::path& folder);

}  // namespace fovea
