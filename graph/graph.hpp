#pragma once

#include <cstdint>

#include "graph/stage.hpp"

namespace fovea {

/// Output `port` of node number `node`.
struct Wire {
  std::size_t node = 0;
  std::size_t port = 0;
};

/// One stage in a graph: what it is, what it is called here, how it is set, and what its inputs are wired to.
struct Node {
  std::string name;
  const StageInfo* stage = nullptr;
  Json params;  ///< complete: every parameter, defaults filled in
  std::vector<Wire> inputs;
};

/// A pipeline: stages, and the wires between them. It is always free of cycles and completely wired.
class Graph {
 public:
  explicit Graph(std::string name = "pipeline", std::uint64_t seed = 0);

  /// Adds a stage under its own name, with a number behind it where that is taken, and gives its outputs.
  template <Stage S>
  typename S::template Out<Ref> add(const typename S::template In<Ref>& inputs,
                                    const typename S::Params& params = {}) {
    return add<S>(free_name(std::string(S::name)), inputs, params);
  }

  /// Adds a stage under a name of one's own. Throws `Error` where the name is taken or a parameter is not
  /// allowed.
  template <Stage S>
  typename S::template Out<Ref> add(const std::string& name, const typename S::template In<Ref>& inputs,
                                    const typename S::Params& params = {}) {
    std::vector<Wire> wires;
    for_each_port<typename S::template In<Ref>>([&](const auto& each, auto) {
      wires.push_back({(inputs.*each.member).node, (inputs.*each.member).port});
    });
    const auto node = add(name, stage_info<S>(), write_params(params), std::move(wires));
    typename S::template Out<Ref> out;
    std::size_t port = 0;
    for_each_port<decltype(out)>([&](const auto& each, auto) {
      (out.*each.member).node = node;
      (out.*each.member).port = port++;
    });
    return out;
  }

  /// Adds a stage by its description; the wires come from nodes that are there already, one for each input.
  std::size_t add(const std::string& name, const StageInfo& stage, const Json& params,
                  std::vector<Wire> inputs);

  const std::string& name() const { return name_; }
  std::uint64_t seed() const { return seed_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// The number of the node of that name. Throws `Error` with the nearest name where there is none.
  std::size_t find(const std::string& name) const;
  /// The nodes that `node` needs, directly or not, and itself, in order.
  std::vector<std::size_t> needed_by(std::size_t node) const;
  /// The graph that holds only these nodes, which must include all that they need.
  Graph only(const std::vector<std::size_t>& nodes) const;

  /// One line a stage, in data order: `train = train(model: model.model, ...) {epochs: 5}`; only what differs
  /// from the defaults is shown.
  std::string text() const;

 private:
  std::string free_name(const std::string& wanted) const;
  std::string name_;
  std::uint64_t seed_;
  std::vector<Node> nodes_;
};

/// "train.best": how a wire is written.
std::string wire_text(const Graph& graph, const Wire& wire);

}  // namespace fovea
