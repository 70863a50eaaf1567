#pragma once

#include <functional>

#include "runtime/run.hpp"

namespace fovea {

/// An exported output: the port of a node, and the path of its file relative to the run directory. A stage
/// that is used once in the graph writes at the top level; a stage that is used several times writes into a
/// folder named after the node.
struct Exported {
  std::size_t node;
  std::size_t port;
  std::filesystem::path path;
};
std::vector<Exported> exports_of(const Graph& graph);

/// A callback that writes more files into a new run directory, and returns each with the output that it
/// shows; nothing if an object is lost.
using MoreExports =
    std::function<std::optional<std::vector<Exported>>(const std::filesystem::path& directory)>;

/// Writes the run directory `<output_dir>/<name>_<YYYYmmdd_HHMMSS>` (with a number appended if the name is
/// taken) atomically: `config.json`, all exports of the stages, the files of `more`, and `log` as `run.log`.
/// Returns the path, or nothing if an object is lost and its stage has to run again. Throws `Error` if the
/// directory cannot be written.
std::optional<std::filesystem::path> write_run_directory(const Graph& graph, const RunResult& result,
                                                         Store& store,
                                                         const std::filesystem::path& output_dir,
                                                         const std::string& name, const std::string& log,
                                                         const MoreExports& more = {});

}  // namespace fovea
