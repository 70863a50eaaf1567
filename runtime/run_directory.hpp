#pragma once

#include <functional>
#include <set>
#include <span>

#include "runtime/store/store.hpp"

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

/// What a run directory has beside what the store holds.
struct RunNotes {
  std::string name;             ///< the directory's, without its time
  std::string log;              ///< what `run.log` says
  std::set<std::size_t> ran{};  ///< the nodes that this run has computed, as `fovea explain` tells
};

/// Writes the run directory `<output_dir>/<name>_<YYYYmmdd_HHMMSS>` (with a number behind it where that is
/// taken), whole or not at all, from the records of all nodes and the objects in the store: `config.json`,
/// everything that the stages export, what `more` writes, and `run.log`. Gives its path, or nothing where an
/// object turned out to be lost and its stage has to run again. Throws `Error` where it can't be written.
std::optional<std::filesystem::path> write_run_directory(const Graph& graph, std::span<const Record> records,
                                                         Store& store,
                                                         const std::filesystem::path& output_dir,
                                                         const RunNotes& notes, const MoreExports& more = {});

}  // namespace fovea
