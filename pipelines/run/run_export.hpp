#pragma once

#include "runtime/run_directory.hpp"

namespace fovea {

/// Makes a run directory with all that people see of a run, from the records of all nodes and the objects in
/// the store: what stages export, and the files that TensorBoard reads. Gives its path, or nothing where an
/// output that is read after a run is lost; then it has been set aside, and its stage has to run again.
/// Throws `Error` where it can't be written.
std::optional<std::filesystem::path> export_run(const Graph& graph, std::span<const Record> records,
                                                Store& store, const std::filesystem::path& output_dir,
                                                const RunNotes& notes);

/// Writes what stages export to a folder, which is created and may have other files already; files of the
/// same names are replaced. Returns the folder, or nothing where an object is lost, as above. Without a
/// folder nothing is written.
std::optional<std::filesystem::path> export_files(const Graph& graph, std::span<const Record> records,
                                                  Store& store, const std::filesystem::path& folder);

}  // namespace fovea
