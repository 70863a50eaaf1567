#pragma once

#include <mutex>

#include "runtime/run.hpp"
#include "runtime/store/checkpoints.hpp"
#include "runtime/store/source_states.hpp"
#include "runtime/warnings.hpp"

namespace fovea {

/// One pass over a graph: what the nodes that run at once share. It knows when a node may start, where its
/// inputs are and what becomes of its outputs; who calls it decides about order and threads.
class RunPass {
 public:
  RunPass(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
          const RunOptions& options, const std::vector<Planned>& planned);

  /// Does one node whose inputs are done: takes its result from the store, or makes and stores it. Errors are
  /// kept. Gives false where another process computes it now; then it is to be visited again after a while.
  bool visit(std::size_t node);

  /// Whether an object that was counted on turned out to be missing, damaged or other than it was, so that
  /// the rest has to be planned anew.
  bool outdated() const { return outdated_; }
  /// Which file changed while it was read, as an error; then the pass is outdated as well.
  const std::optional<Error>& changed() const { return changed_; }
  const RunResult& result() const { return result_; }

 private:
  /// What a node's result is known by before it is made, and the state that its sources had then.
  struct Expected {
    SourceStates sources;
    Record record;
  };
  /// The values of a finished node, kept until all that need them have had them.
  struct Slot {
    std::vector<Item> items;
    std::size_t waiting = 0;
    std::optional<Expected> expected;  ///< of a node that waits for somebody who computes it
  };

  /// The parts of a node's inputs that come from another.
  struct Reader {
    std::size_t node;
    Wire wire;
  };

  bool may_start(std::size_t i);
  /// Refuses those that have to run and can't, by what is known before anything begins.
  void expect_can_run();
  /// Refuses those that read a finished node and have parameters which do not go with that.
  void check_readers(std::size_t i);
  bool is_forced(const Node& node) const;
  /// Does it, or gives false where somebody else has its lease, which is told the first time.
  bool resolve_or_make(std::size_t i);
  Expected expect(std::size_t i);
  void make(std::size_t i, Record record, const SourceStates& sources);
  /// Throws where a file that a stage has read is not the one that its key tells of.
  void expect_unchanged(const Node& node, const Record& record, const SourceStates& sources) const;
  /// Its outputs in which others need something.
  std::vector<std::string> needed_outputs(std::size_t i) const;
  /// Runs the stage and publishes what it gives; fills in the record's objects.
  std::vector<Item> compute(std::size_t i, Record& record, Checkpoints* checkpoints, Warnings& warnings);
  /// Warns and keeps a note where the result is not what the same key gave before.
  void compare_with_earlier(const Node& node, const Record& record);
  Item value(const Node& node, const Wire& wire);
  void release_inputs(const Node& node);
  void finish(std::size_t i, NodeResult result);
  /// Takes a result that is there, and tells again what its stage warned of.
  void find_there(std::size_t i, Record record, const Json& numerics);
  /// Says that the numerics of saved progress are not those at hand, where it is so.
  void tell_of_other_numerics(const Node& node, const Checkpoints& checkpoints);
  /// Tells a warning that belongs to the result of a node.
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
  std::vector<std::vector<Reader>> readers_;  ///< by node
  std::vector<Slot> slots_;
  RunResult result_;
  bool outdated_ = false;
  std::optional<Error> changed_;
};

}  // namespace fovea
