#include "runtime/run.hpp"

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "runtime/compute_thread.hpp"
#include "runtime/retries.hpp"
#include "runtime/run_pass.hpp"
#include "runtime/store/checkpoints.hpp"
#include "runtime/store/earlier_records.hpp"
#include "runtime/store/lease.hpp"
#include "runtime/threads.hpp"

namespace fovea {
namespace {

namespace flow = tbb::flow;
using GateNode = flow::continue_node<flow::continue_msg>;
using AsyncNode = flow::async_node<flow::continue_msg, flow::continue_msg>;

/// The flow graph of one pass: a node for each stage that has to run, an edge for each wire between two of
/// them. Every stage is an asynchronous node, so that none blocks a thread while another process computes it:
/// a stage of a library runs on the compute thread, and a stage that waits for another process is retried
/// later.
class Flow {
 public:
  Flow(RunPass& pass, const Graph& graph, const std::vector<Planned>& planned, const std::stop_token& stop)
      : pass_(pass),
        stages_(graph.nodes()),
        ranks_(stages_.size()),
        retry_node_(flow_, flow::unlimited, [this](std::size_t i) { visit(i); }),
        gates_(stages_.size()),
        async_nodes_(stages_.size()),
        retries_(stop,
                 [this](std::size_t i) { uses_library(i) ? submit(i) : void(retry_node_.try_put(i)); }) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (planned[i].status == Status::hit) continue;
      gates_[i] = std::make_unique<GateNode>(flow_, [](const auto&) {});
      async_nodes_[i] =
          std::make_unique<AsyncNode>(flow_, flow::unlimited, [this, i](const auto&, auto& gateway) {
            gateway.reserve_wait();
            uses_library(i) ? submit(i) : visit(i);
          });
      flow::make_edge(*gates_[i], *async_nodes_[i]);
    }
    for (std::size_t to = 0; to < stages_.size(); ++to) {
      for (const auto& wire : stages_[to].inputs) {
        ranks_[to] = std::max(ranks_[to], ranks_[wire.node] + 1);
        if (gates_[to] && async_nodes_[wire.node])
          flow::make_edge(flow::output_port<0>(*async_nodes_[wire.node]), *gates_[to]);
      }
    }
  }

  /// Starts the nodes without running inputs, and returns when all nodes are finished.
  void run() {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const auto& inputs = stages_[i].inputs;
      const bool ready =
          std::all_of(inputs.begin(), inputs.end(), [&](const Wire& wire) { return !gates_[wire.node]; });
      if (gates_[i] && ready) gates_[i]->try_put({});
    }
    flow_.wait_for_all();
  }

 private:
  bool uses_library(std::size_t i) const { return !stages_[i].stage->library.empty(); }

  void submit(std::size_t i) {
    compute_.submit(ranks_[i], [this, i] { visit(i); });
  }

  void visit(std::size_t i) {
    if (!pass_.visit(i)) return retries_.put_off(i);
    auto& gateway = async_nodes_[i]->gateway();
    gateway.try_put({});
    gateway.release_wait();
  }

  RunPass& pass_;
  const std::vector<Node>& stages_;
  /// The length of the longest path to each stage: the last stages go first, so that few results wait in
  /// memory.
  std::vector<std::size_t> ranks_;
  flow::graph flow_;
  flow::function_node<std::size_t> retry_node_;  ///< restarts waiting stages without a library
  std::vector<std::unique_ptr<GateNode>> gates_;
  std::vector<std::unique_ptr<AsyncNode>> async_nodes_;
  ComputeThread compute_;
  Retries retries_;
};

/// Reports a stage that ran in an earlier pass as such, although it is a hit in the later pass.
void merge_earlier(RunResult& result, const RunResult& earlier) {
  for (std::size_t i = 0; i < result.nodes.size(); ++i) {
    if (result.nodes[i].end == End::hit && earlier.nodes[i].end == End::ran)
      result.nodes[i] = earlier.nodes[i];
  }
}

}  // namespace

World world_of(Store& store, std::function<Json(const Node&)> numerics) {
  const auto earlier = std::make_shared<EarlierRecords>(store);
  return {
      .find = [&store](const std::string& stage,
                       const std::string& key) { return store.records(stage, key); },
      .has = [&store](const std::string& object) { return store.has(object); },
      .is_damaged = [&store](const std::string& object) { return store.is_damaged(object); },
      .earlier = [earlier](const std::string& stage, const std::string& lineage,
                           std::size_t n) { return earlier->find(stage, lineage, n); },
      .digest = [&store](const std::filesystem::path& file) { return store.source_digest(file); },
      .numerics = std::move(numerics),
      .progress =
          [&store](const std::string& stage, const std::string& key, std::int64_t rounds,
                   const std::optional<Json>& only) {
            return Checkpoints(store, stage, key, rounds, only.value_or(Json()), only.has_value()).progress();
          }};
}

std::vector<Record> RunResult::records() const {
  std::vector<Record> all;
  for (const auto& node : nodes) all.push_back(node.record);
  return all;
}

RunResult run(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
              const RunOptions& options) {
  // Stages that wait for their streams block their threads, so the streams need as many threads again.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 2 * options.threads + 1);
  tbb::task_arena arena(static_cast<int>(options.threads));
  Lease::remove_abandoned(store.writes() / "leases");
  auto now = options;
  RunResult earlier{std::vector<NodeResult>(graph.nodes().size()), {}, false};
  for (std::size_t passes = 1;; ++passes) {
    const auto planned = plan(graph, world, {now.force, now.same_numerics});
    RunPass pass(graph, store, world, libraries, report, now, planned);
    if (std::any_of(planned.begin(), planned.end(),
                    [](const auto& each) { return each.status != Status::hit; })) {
      expect_threads(2 * options.threads);
      arena.execute([&] { Flow(pass, graph, planned, now.stop).run(); });
    }
    auto result = pass.result();
    merge_earlier(result, earlier);
    if (!pass.outdated()) return result;
    if (passes > graph.nodes().size()) {
      const Error lost(store.root().string() +
                       ": objects are lost as fast as they are made; look at the disk");
      result.error = pass.changed().value_or(lost);
      return result;
    }
    std::erase_if(now.force,
                  [&](const auto& name) { return result.nodes[graph.find(name)].end == End::ran; });
    earlier = std::move(result);
  }
}

}  // namespace fovea
