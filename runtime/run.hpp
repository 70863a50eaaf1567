#pragma once

#include <functional>
#include <stop_token>

#include "runtime/library.hpp"
#include "runtime/report.hpp"
#include "runtime/store/store.hpp"

namespace fovea {

/// The options of a run.
struct RunOptions {
  std::size_t threads = 1;         ///< for everything but LibTorch's own computing
  std::string device = "cpu";      ///< where that is done, as `Context` has it
  std::vector<std::string> force;  ///< stages that run even where their result is there
  bool same_numerics = false;      ///< results and progress that were made with other numerics don't count
  std::stop_token stop;            ///< asks to leave soon
  bool keep_going = false;         ///< what does not depend on a stage that failed runs all the same
  /// Throws `Error` where a stage that has to run can't run here; asked before anything begins.
  std::function<void(const Node&)> expect_can_run{};
  std::filesystem::path live;  ///< the folder for files to watch, with a subfolder for each stage; "" = none
};

/// The outcome of one stage.
enum class End {
  hit,      ///< the result was in the store
  ran,      ///< the stage finished
  failed,   ///< the stage threw
  stopped,  ///< the stage stopped early on request
  skipped,  ///< the stage never started, because of an error or a stop
};

struct NodeResult {
  End end = End::skipped;
  Record record;     ///< for a hit or a finished stage
  std::string from;  ///< the position the stage resumed from, "epoch 3 of 10, step 812"; "" if from scratch
  std::string made_with;  ///< for a result with other numerics, at least in part: the difference
  double seconds = 0;     ///< time spent in this run
};

struct RunResult {
  std::vector<NodeResult> nodes;      ///< by number of the node
  std::optional<Error> error;         ///< the first error, with the stage's name in front
  bool stopped = false;               ///< the run stopped on request
  std::vector<Error> later_errors{};  ///< errors after the first, if the run kept going
  bool done() const { return !error && !stopped; }
  /// What the store keeps of each node, by number; without objects where it did not end well.
  std::vector<Record> records() const;
};

/// Returns the `World` of a store. `numerics` gives the numerics of a node's library. Earlier records are
/// listed once, at the first question about them, so later records do not change the reasons and times of a
/// plan.
World world_of(Store& store, std::function<Json(const Node&)> numerics);

/// Runs every stage whose result is missing, and refuses a stage as soon as one of its inputs does not go
/// with its parameters. Independent stages run in parallel; stages of a library run on one thread of their
/// own, one after another. After the first error running stages finish and no others start, unless
/// `keep_going` is set.
RunResult run(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
              const RunOptions& options);

}  // namespace fovea
