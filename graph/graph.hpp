#pragma once

#include <cstdint>
#include <optional>

#include "graph/stage.hpp"

namespace fovea {

/// Output `port` of node number `node`, and the number of the input port that it feeds.
struct Wire {
  std::size_t node = 0;
  std::size_t port = 0;
  std::size_t input = 0;
};

/// What decides everything that is random in a stage.
struct Seed {
  std::uint64_t value = 0;
};

/// One stage in a graph: what it is, what it is called here, how it is set, and what its inputs are wired to.
struct Node {
  std::string name;
  const StageInfo* stage = nullptr;
  Json params;               ///< complete: every parameter, defaults filled in
  std::vector<Wire> inputs;  ///< by input port, each list in its order
  std::uint64_t seed = 0;    ///< the pipeline's, unless the stage has its own
};

/// A pipeline: stages, and the wires between them. It is always free of cycles and completely wired.
class Graph {
 public:
  explicit Graph(std::string name = "pipeline", std::uint64_t seed = 0);

  /// Adds a stage under its own name, with a number behind it where that is taken, and gives its outputs.
  template <Stage S>
  typename S::template Out<Ref> add(const typename S::template In<Ref>& inputs,
                                    const typename S::Params& params = {}, std::optional<Seed> seed = {}) {
    return add<S>(free_name(std::string(S::name)), inputs, params, seed);
  }

  /// Adds a stage under a name of one's own. Throws `Error` where the name is taken, a parameter is not
  /// allowed, a list of wires is empty, or a seed is given to a stage that is not random.
  template <Stage S>
  typename S::template Out<Ref> add(const std::string& name, const typename S::template In<Ref>& inputs,
                                    const typename S::Params& params = {}, std::optional<Seed> seed = {}) {
    std::vector<Wire> wires;
    std::size_t input = 0;
    for_each_port<typename S::template In<Ref>>(
        [&](const auto& each, auto) { add_wires(inputs.*each.member, input++, wires); });
    const auto node = add(name, stage_info<S>(), write_params(params), std::move(wires), seed);
    typename S::template Out<Ref> out;
    std::size_t port = 0;
    for_each_port<decltype(out)>([&](const auto& each, auto) {
      (out.*each.member).node = node;
      (out.*each.member).port = port++;
    });
    return out;
  }

  /// Adds a stage by its description; the wires come from nodes that are there already, by input port.
  std::size_t add(const std::string& name, const StageInfo& stage, const Json& params,
                  std::vector<Wire> inputs, std::optional<Seed> seed = {});

  const std::string& name() const { return name_; }
  std::uint64_t seed() const { return seed_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// The number of the node of that name. Throws `Error` with the nearest name where there is none.
  std::size_t find(const std::string& name) const;
  /// The node of that name, or else its copies `name_1`, `name_2` and so on. Throws `Error` where there is
  /// neither.
  std::vector<std::size_t> find_all(const std::string& name) const;
  /// The nodes that these need, directly or not, and they themselves, in order.
  std::vector<std::size_t> needed_by(const std::vector<std::size_t>& nodes) const;
  /// The graph that holds only these nodes, which must include all that they need.
  Graph only(const std::vector<std::size_t>& nodes) const;

  /// One line a stage, in data order: `train = train(model: model.model, ...) {epochs: 5}`; only what differs
  /// from the defaults is shown.
  std::string text() const;

 private:
  template <class T>
  static void add_wires(const Ref<T>& from, std::size_t input, std::vector<Wire>& wires) {
    wires.push_back({from.node, from.port, input});
  }
  template <class T>
  static void add_wires(const Ref<Many<T>>& list, std::size_t input, std::vector<Wire>& wires) {
    for (const auto& from : list) add_wires(from, input, wires);
  }
  std::string free_name(const std::string& wanted) const;
  std::string name_;
  std::uint64_t seed_;
  std::vector<Node> nodes_;
};

/// "train.best": how a wire is written.
std::string wire_text(const Graph& graph, const Wire& wire);
/// How the wires are written that feed one input port of a node.
std::vector<std::string> wire_texts(const Graph& graph, const Node& node, std::size_t input);

/// The number behind the name of a copy: 2 of "train_2" for the name "train"; nothing for other names.
std::optional<std::size_t> copy_number(const std::string& copy, const std::string& name);

}  // namespace fovea
