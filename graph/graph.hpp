#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

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
  Json params;                 ///< complete: every parameter, defaults filled in
  std::vector<Wire> inputs;    ///< by input port, each list in its order
  std::uint64_t seed = 0;      ///< the pipeline's, unless the stage has its own
  Json each = Json::object();  ///< of a copy that `each` made: the values it stands for, by setting
  std::uint64_t identity = 0;  ///< shared by no other node but its copies in copies of the graph
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
  /// allowed, a wire comes from another graph, a list of wires is empty, or a seed is given to a stage that
  /// is not random.
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

  /// Adds a stage by its description; the wires come from nodes that are there already. Throws `Error` as
  /// above, and where wires are missing, too many, or of the wrong kind.
  std::size_t add(const std::string& name, const StageInfo& stage, const Json& params,
                  std::vector<Wire> inputs, std::optional<Seed> seed = {}, Json each = Json::object());

  const std::string& name() const { return name_; }
  std::uint64_t seed() const { return seed_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// The number of the node of that name. Throws `Error` with the nearest name where there is none.
  std::size_t find(const std::string& name) const;
  /// The node of that name, or else its copies `name_1`, `name_2_3` and so on. Throws `Error` where there is
  /// neither.
  std::vector<std::size_t> find_all(const std::string& name) const;
  /// The nodes that these need, directly or not, and they themselves, in order.
  std::vector<std::size_t> needed_by(const std::vector<std::size_t>& nodes) const;
  /// The graph that holds only these nodes. Throws `Error` where one needs another that is not among them.
  Graph only(const std::vector<std::size_t>& nodes) const;

  /// One line a stage, in data order: `train = train(model: model.model, ...) {epochs: 5}`; only what differs
  /// from the defaults is shown.
  std::string text() const;

 private:
  /// Stands for an output of any kind until its port is known.
  struct AnyOutput {
    template <class T>
    operator Ref<T>() const {
      return Ref<T>(OutputOf{});
    }
  };
  template <class Out, std::size_t... I>
  static Out unknown_outputs(std::index_sequence<I...>) {
    return Out{((void)I, AnyOutput{})...};
  }
  template <class Out>
  Out outputs(std::size_t node) const {
    auto out = unknown_outputs<Out>(std::make_index_sequence<std::tuple_size_v<decltype(Out::ports())>>());
    std::size_t port = 0;
    for_each_port<Out>([&]<class T>(const auto& each, std::type_identity<T>) {
      out.*each.member = Ref<T>({node, port++, nodes_[node].identity});
    });
    return out;
  }
  template <class T>
  void add_wires(const Ref<T>& from, std::size_t input, const std::string& place,
                 std::vector<Wire>& wires) const {
    expect_own(from.from(), place);
    wires.push_back({from.from().node, from.from().port, input});
  }
  template <class T>
  void add_wires(const Ref<Many<T>>& list, std::size_t input, const std::string& place,
                 std::vector<Wire>& wires) const {
    for (const auto& from : list.wires()) add_wires(from, input, place, wires);
  }
  /// Expects an output of a stage in this graph.
  void expect_own(const OutputOf& output, const std::string& place) const;
  std::string free_name(const std::string& wanted);
  std::size_t push_back(Node node);
  std::string name_;
  std::uint64_t seed_;
  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> numbers_;  ///< of the nodes, by name
  std::unordered_map<std::string, int> last_tried_;       ///< the number behind a name that was not free
};

/// "train.best": how a wire is written.
std::string wire_text(const Graph& graph, const Wire& wire);
/// How the wires are written that feed one input port of a node.
std::vector<std::string> wire_texts(const Graph& graph, const Node& node, std::size_t input);

/// "train" for "train_2" and "train_2_3", as copies of it are called; other names as they are.
std::string name_without_numbers(const std::string& name);

/// The stage that a misspelt name most likely meant, or "". Another number behind the name is no likely
/// mistake, but the name without it is.
std::string nearest_stage(const std::string& name, const std::vector<std::string>& known);

/// How an error about an unknown stage ends.
std::string stage_suggestion(const std::string& name, const std::vector<std::string>& known);

/// "seed 1, learning_rate 0.002": the values that a copy stands for, each under as short a name as tells it
/// from the others.
std::string values_in_words(const Json& each);

}  // namespace fovea
