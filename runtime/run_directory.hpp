#pragma once

#include <functional>

#include "runtime/run.hpp"

namespace fovea {

/// The outputs that people see: which node's port is written to which path below the run directory. A stage
/// that stands once in the graph writes at the top; one that stands several times writes into a folder of its
/// node's name.
struct Exported {
  std::size_t node;
  std::size_t port;
  std::filesystem::path path;
};
std::vector<Exported> exports_of(const Graph& graph);

/// Writes more files into a run directory that is being made, and gives each with the output that it shows;
/// nothing where an object is lost.
using MoreExports =
    std::function<std::optional<std::vector<Exported>>(const std::filesystem::path& directory)>;

/// Writes the run directory `<output_dir>/<name>_<YYYYmmdd_HHMMSS>` (with a number behind it where that is
/// taken), whole or not at all: `config.json`, everything that the stages export, what `more` writes, and
/// `log` as `run.log`. Gives its path, or nothing where an object turned out to be lost and its stage has to
/// run again. Throws `Error` where it can't be written.
std::optional<std::filesystem::path> write_run_directory(const Graph& graph, const RunResult& result,
                                                         Store& store,
                                                         const std::filesystem::path& output_dir,
                                                         const std::string& name, const std::string& log,
                                                         const MoreExports& more = {});

}  // namespace fovea
