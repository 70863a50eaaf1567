#pragma once

#include <functional>
#include <stop_token>

#include "runtime/library.hpp"
#include "runtime/report.hpp"
#include "runtime/store/store.hpp"

namespace fovea {

/// How a graph is run.
struct RunOptions {
  std::size_t threads = 1;         ///< for everything but LibTorch's own computing
  std::string device = "cpu";      ///< where that is done, as `Context` has it
  std::vector<std::string> force;  ///< stages that run even where their result is there
  std::vector<Output> wanted;      ///< what is read of the result, beside what is exported
  bool same_numerics = false;      ///< results and progress that were made with other numerics don't count
  std::stop_token stop;            ///< asks to leave soon
  bool keep_going = false;         ///< what does not depend on a stage that failed runs all the same
  /// Throws `Error` where a stage that has to run can't run here; asked before anything begins.
  std::function<void(const Node&)> expect_can_run{};
  std::filesystem::path
      live;  ///< where stages may show how they get on, each in a folder of its name; "" = nowhere
};

/// What became of one stage.
enum class End {
  hit,      ///< its result was there
  ran,      ///< it ran to its end
  failed,   ///< it threw
  stopped,  ///< it left before its end, because it was asked to
  skipped,  ///< it never started, because of an error or a stop
};

struct NodeResult {
  End end = End::skipped;
  Record record;          ///< of a hit or a finished run
  std::string from;       ///< what it went on from, as "epoch 3 of 10, step 812"; "" where it began anew
  std::string made_with;  ///< of a result that other numerics made, at least in part: in what they differ
  double seconds = 0;     ///< spent here, now
};

struct RunResult {
  std::vector<NodeResult> nodes;      ///< by number of the node
  std::optional<Error> error;         ///< the first, with the stage's name in front
  bool stopped = false;               ///< left because it was asked to
  std::vector<Error> later_errors{};  ///< those that came after the first, where the run kept going
  bool done() const { return !error && !stopped; }
};

/// What `plan` asks, answered by a store. `numerics` tells how the library of a node's stage computes. For
/// why stages run and how long they took, records count that were there when that was first asked for.
World world_of(Store& store, std::function<Json(const Node&)> numerics);

/// Runs every stage whose result is not there, and refuses one as soon as an input is there that does not go
/// with its parameters. Independent stages run at once; stages of a library run on one
/// thread of their own, one after another. The first error lets running stages finish and starts no others,
/// unless the run is to keep going.
RunResult run(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
              const RunOptions& options);

}  // namespace fovea
