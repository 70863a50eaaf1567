#pragma once

#include <mutex>

#include "runtime/run.hpp"
#include "runtime/store/checkpoints.hpp"
#include "runtime/store/source_states.hpp"
#include "runtime/warnings.hpp"

namespace fovea {

/// One pass over a graph: the state that nodes running in parallel share. The pass knows when a node may
/// start, where its inputs are and what to do with its outputs; the caller decides about order and threads.
class RunPass {
 public:
  RunPass(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
          const RunOptions& options, const std::vector<Planned>& planned);

  /// Processes one node whose inputs are finished: loads its result from the store, or computes and stores
  /// it. Errors are kept in the result. Returns false if another process computes the node; the caller then
  /// retries later.
  bool visit(std::size_t node);

  /// Whether an object was missing, damaged or different from the plan, so that the remaining nodes must be
  /// planned again.
  bool outdated() const { return outdated_; }
  /// The error about a file that changed while it was read; the pass is then outdated as well.
  const std::optional<Error>& changed() const { return changed_; }
  const RunResult& result() const { return result_; }

 private:
  /// The record of a node before it runs, with its key, and the state of its source files at that time.
  struct Expected {
    SourceStates sources;
    Record record;
  };
  /// The values of a finished node, kept until all its readers have used them.
  struct Slot {
    std::vector<Item> items;
    std::size_t waiting = 0;
    std::optional<Expected> expected;  ///< for a node that waits for another process to compute it
  };

  /// A node that reads the output of another, and the wire.
  struct Reader {
    std::size_t node;
    Wire wire;
  };

  bool may_start(std::size_t i);
  /// Fails the nodes that have to run and cannot, as far as that is known before the run begins.
  void expect_can_run();
  /// Fails the nodes that read a finished node and whose parameters do not go with its output.
  void check_readers(std::size_t i);
  bool is_forced(const Node& node) const;
  /// Loads or computes a node's result, or returns false if another process holds its lease. The wait is
  /// reported once.
  bool resolve_or_make(std::size_t i);
  Expected expect(std::size_t i);
  void make(std::size_t i, Record record, const SourceStates& sources);
  /// Throws if a file that a stage has read no longer matches the stage's key.
  void expect_unchanged(const Node& node, const Record& record, const SourceStates& sources) const;
  /// Returns the outputs of a node that must not be empty, because other nodes need them.
  std::vector<std::string> needed_outputs(std::size_t i) const;
  /// Runs the stage and publishes its outputs; fills in the record's objects.
  std::vector<Item> compute(std::size_t i, Record& record, Checkpoints* checkpoints, Warnings& warnings);
  /// Compares a result with an earlier one of the same key; a difference gives a warning and a note in the
  /// store.
  void compare_with_earlier(const Node& node, const Record& record);
  Item value(const Node& node, const Wire& wire);
  void release_inputs(const Node& node);
  void finish(std::size_t i, NodeResult result);
  /// Uses a result from the store, and repeats the warnings of its stage.
  void find_there(std::size_t i, Record record, const Json& numerics);
  /// Reports saved progress whose numerics differ from the numerics at hand.
  void tell_of_other_numerics(const Node& node, const Checkpoints& checkpoints);
  /// Reports a warning about the result of a node.
  void warn(const std::string& node, const std::string& line);
  void fail(std::size_t i, const Error& error);

  const Graph& graph_;
  Store& store_;
  const World& world_;
  Libraries& libraries_;
  Report& report_;
  const RunOptions& options_;
  const std::vector<Planned>& planned_;
  mutable std::mutex mutex_;
  const std::vector<std::string> lineages_;
  std::vector<std::vector<Reader>> readers_;  ///< the readers of each node
  std::vector<Slot> slots_;
  RunResult result_;
  bool outdated_ = false;
  std::optional<Error> changed_;
};

}  // namespace fovea
