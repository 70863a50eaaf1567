#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "graph/stage.hpp"

namespace fovea {

/// A wire: output `port` of node number `node`, and the number of the input port that it feeds.
struct Wire {
  std::size_t node = 0;
  std::size_t port = 0;
  std::size_t input = 0;
};

/// The seed of everything random in a stage.
struct Seed {
  std::uint64_t value = 0;
};

/// One stage in a graph: its description, its name in this graph, its parameters and its wires.
struct Node {
  std::string name;
  const StageInfo* stage = nullptr;
  Json params;                 ///< complete: every parameter, defaults filled in
  std::vector<Wire> inputs;    ///< by input port, each list in its order
  std::uint64_t seed = 0;      ///< the pipeline's seed, unless the stage has its own
  Json each = Json::object();  ///< the values that `each` gave to this copy, by setting
  std::uint64_t identity = 0;  ///< unique among all nodes; copies of the graph keep the identity
};

/// A pipeline: stages, and the wires between them. It is always acyclic and completely wired.
class Graph {
 public:
  explicit Graph(std::string name = "pipeline", std::uint64_t seed = 0);

  /// Adds a stage under its own name, with a number appended if the name is taken, and returns its outputs.
  template <Stage S> typename S::template Out<Ref> add(const typename S::template In<Ref>& inputs,
                                                       const typename S::Params& params = {},
                                                       std::optional<Seed> seed = {}) {
    return add<S>(free_name(std::string(S::name)), inputs, params, seed);
  }

  /// Adds a stage under a given name. Throws `Error` if the name is taken, a parameter is not allowed, a wire
  /// comes from another graph, a list of wires is empty, or a seed is given to a stage that is not random.
  template <Stage S, std::convertible_to<std::string> Name>
  typename S::template Out<Ref> add(const Name& name, const typename S::template In<Ref>& inputs,
                                    const typename S::Params& params = {}, std::optional<Seed> seed = {}) {
    const std::string own = name;
    std::vector<Wire> wires;
    std::size_t input = 0;
    for_each_port<typename S::template In<Ref>>([&](const auto& each, auto) {
      const auto place = "stages." + own + ".inputs." + std::string(each.name);
      add_wires(inputs.*each.member, input++, place, wires);
    });
    return outputs<typename S::template Out<Ref>>(
        add(own, stage_info<S>(), write_params(params), std::move(wires), seed));
  }

  /// Adds a stage by its description; the wires come from nodes already in the graph. Throws `Error` as
  /// above, and if wires are missing, too many, or of the wrong kind.
  std::size_t add(const std::string& name, const StageInfo& stage, const Json& params,
                  std::vector<Wire> inputs, std::optional<Seed> seed = {}, Json each = Json::object());

  const std::string& name() const { return name_; }
  std::uint64_t seed() const { return seed_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Returns the number of the node with that name. Throws `Error` with the nearest name if there is none.
  std::size_t find(const std::string& name) const;
  /// Returns the node with that name, or else its copies `name_1`, `name_2_3` and so on. Throws `Error` if
  /// there is neither.
  std::vector<std::size_t> find_all(const std::string& name) const;
  /// Returns the given nodes and all nodes that they depend on, directly or not, in order.
  std::vector<std::size_t> needed_by(const std::vector<std::size_t>& nodes) const;
  /// Returns the subgraph of the given nodes. Throws `Error` if one of them needs a node that is not given.
  Graph only(const std::vector<std::size_t>& nodes) const;

  /// Prints one line a stage, in data order: `train = train(model: model.model, ...) {epochs: 5}`; parameters
  /// that equal their defaults are left out.
  std::string text() const;

 private:
  /// A placeholder for an output of any kind until its port is known.
  struct AnyOutput {
    template <class T> operator Ref<T>() const { return Ref<T>(OutputOf{}); }
  };
  template <class Out, std::size_t... I> static Out unknown_outputs(std::index_sequence<I...>) {
    return Out{((void)I, AnyOutput{})...};
  }
  template <class Out> Out outputs(std::size_t node) const {
    auto out = unknown_outputs<Out>(std::make_index_sequence<std::tuple_size_v<decltype(Out::ports())>>());
    std::size_t port = 0;
    for_each_port<Out>([&]<class T>(const auto& each, std::type_identity<T>) {
      out.*each.member = Ref<T>({node, port++, nodes_[node].identity});
    });
    return out;
  }
  template <class T> void add_wires(const Ref<T>& from, std::size_t input, const std::string& place,
                                    std::vector<Wire>& wires) const {
    expect_own(from.from(), place);
    wires.push_back({from.from().node, from.from().port, input});
  }
  template <class T> void add_wires(const Ref<Many<T>>& list, std::size_t input, const std::string& place,
                                    std::vector<Wire>& wires) const {
    for (const auto& from : list.wires()) add_wires(from, input, place, wires);
  }
  /// Throws `Error` unless the output belongs to a stage of this graph.
  void expect_own(const OutputOf& output, const std::string& place) const;
  std::string free_name(const std::string& wanted);
  std::size_t push_back(Node node);
  std::string name_;
  std::uint64_t seed_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> numbers_;  ///< the number of each node, by name
  std::unordered_map<std::string, int> last_tried_;  ///< the last number appended to a name that was taken
};

/// Returns a wire as definitions write it: "train.best".
std::string wire_text(const Graph& graph, const Wire& wire);
/// Returns the wires that feed one input port of a node, as definitions write them.
std::vector<std::string> wire_texts(const Graph& graph, const Node& node, std::size_t input);

/// Returns "train" for "train_2" and "train_2_3", the names of its copies; other names are returned
/// unchanged.
std::string name_without_numbers(const std::string& name);

/// Returns the stage that a misspelt name most likely meant, or "". A name that differs only in its number is
/// not suggested, but the name without the number is.
std::string nearest_stage(const std::string& name, const std::vector<std::string>& known);

/// Returns the end of an error about an unknown stage.
std::string stage_suggestion(const std::string& name, const std::vector<std::string>& known);

/// Returns the values of a copy in words, "seed 1, learning_rate 0.002", each under the shortest name that is
/// unambiguous.
std::string values_in_words(const Json& each);

}  // namespace fovea
