#pragma once

#include <functional>
#include <stop_token>

#include "runtime/library.hpp"
#include "runtime/report.hpp"
#include "runtime/store/store.hpp"

namespace fovea {

/// The options of a run.
struct RunOptions {
  std::size_t threads = 1;         ///< the number of threads, without LibTorch's own
  std::string device = "cpu";      ///< the device on which libraries compute, as in `Context`
  std::vector<std::string> force;  ///< stages that run even if their result is in the store
  std::vector<Output> wanted;      ///< outputs that are read at the end, beside the exported ones
  bool same_numerics = false;      ///< ignore results and progress with other numerics
  std::stop_token stop;            ///< requests a stop
  bool keep_going = false;         ///< after an error, run the stages that do not depend on the failed one
  /// Throws `Error` if a stage that has to run cannot run on this machine; called before the run begins.
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
