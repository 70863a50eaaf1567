#include "runtime/run.hpp"

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "runtime/compute_thread.hpp"
#include "runtime/run_pass.hpp"
#include "runtime/store/checkpoints.hpp"
#include "runtime/store/lease.hpp"
#include "runtime/threads.hpp"

namespace fovea {
namespace {

namespace flow = tbb::flow;
using Gate = flow::continue_node<flow::continue_msg>;
using Away = flow::async_node<flow::continue_msg, flow::continue_msg>;

/// The flow graph of one pass: a node for each stage that has to run, an edge for each wire between two of
/// these. A stage of a library leaves the flow graph for the compute thread and comes back when it is done.
class Flow {
 public:
  Flow(RunPass& pass, const Graph& graph, const std::vector<Planned>& planned)
      : stages_(graph.nodes()), ranks_(stages_.size()), gates_(stages_.size()), away_(stages_.size()) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (planned[i].status == Status::hit) continue;
      if (stages_[i].stage->library.empty()) {
        gates_[i] = std::make_unique<Gate>(flow_, [&pass, i](const auto&) { pass.visit(i); });
      } else {
        gates_[i] = std::make_unique<Gate>(flow_, [](const auto&) {});
        away_[i] =
            std::make_unique<Away>(flow_, flow::unlimited,
                                   [&pass, this, i](const auto&, auto& gateway) { leave(pass, i, gateway); });
        flow::make_edge(*gates_[i], *away_[i]);
      }
    }
    for (std::size_t to = 0; to < stages_.size(); ++to) {
      for (const auto& wire : stages_[to].inputs) {
        connect(wire.node, to);
        ranks_[to] = std::max(ranks_[to], ranks_[wire.node] + 1);
      }
    }
  }

  /// Starts the nodes that wait for nothing, and returns when all is done.
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
  void connect(std::size_t from, std::size_t to) {
    if (!gates_[from] || !gates_[to]) return;
    if (away_[from]) {
      flow::make_edge(flow::output_port<0>(*away_[from]), *gates_[to]);
    } else {
      flow::make_edge(*gates_[from], *gates_[to]);
    }
  }

  template <class Gateway>
  void leave(RunPass& pass, std::size_t i, Gateway& gateway) {
    gateway.reserve_wait();
    compute_.submit(ranks_[i], [&pass, &gateway, i] {
      pass.visit(i);
      gateway.try_put({});
      gateway.release_wait();
    });
  }

  const std::vector<Node>& stages_;
  /// How many wires lead to a stage, one after the other: the last stages go first, so that few results wait.
  std::vector<std::size_t> ranks_;
  flow::graph flow_;
  std::vector<std::unique_ptr<Gate>> gates_;
  std::vector<std::unique_ptr<Away>> away_;
  ComputeThread compute_;
};

/// What ran in an earlier pass is there in a later one; the summary still says that it ran.
void merge_earlier(RunResult& result, const RunResult& earlier) {
  for (std::size_t i = 0; i < result.nodes.size(); ++i) {
    if (result.nodes[i].end == End::hit && earlier.nodes[i].end == End::ran)
      result.nodes[i] = earlier.nodes[i];
  }
}

}  // namespace

World world_of(Store& store, std::function<std::string(const std::string&)> numerics) {
  return {
      .find = [&store](const std::string& stage, const std::string& key) { return store.record(stage, key); },
      .has = [&store](const std::string& object) { return store.has(object); },
      .earlier = [&store](const std::string& stage) { return store.earlier(stage); },
      .digest = [&store](const std::filesystem::path& file) { return store.source_digest(file); },
      .numerics = std::move(numerics),
      .progress = [&store](
                      const std::string& stage, const std::string& key,
                      std::int64_t rounds) { return Checkpoints(store, stage, key, rounds).position(); }};
}

RunResult run(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
              const RunOptions& options) {
  // Stages that wait for their streams keep their threads, and those of the streams must be there all the
  // same.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, 2 * options.threads + 1);
  tbb::task_arena arena(static_cast<int>(options.threads));
  Lease::remove_abandoned(store.writes() / "leases");
  auto now = options;
  RunResult earlier{std::vector<NodeResult>(graph.nodes().size()), {}, false};
  for (std::size_t passes = 1;; ++passes) {
    const auto planned = plan(graph, world, now.force);
    RunPass pass(graph, store, world, libraries, report, now, planned);
    if (std::any_of(planned.begin(), planned.end(),
                    [](const auto& each) { return each.status != Status::hit; })) {
      expect_threads(2 * options.threads);
      arena.execute([&] { Flow(pass, graph, planned).run(); });
    }
    auto result = pass.result();
    merge_earlier(result, earlier);
    if (!pass.outdated()) return result;
    if (passes > graph.nodes().size()) {
      result.error =
          Error(store.root().string() + ": objects are lost as fast as they are made; look at the disk");
      return result;
    }
    std::erase_if(now.force,
                  [&](const auto& name) { return result.nodes[graph.find(name)].end == End::ran; });
    earlier = std::move(result);
  }
}

}  // namespace fovea
