#pragma once

#include "runtime/tracked.hpp"

namespace fovea {

/// How a stage went that tells of it epoch by epoch or step by step, and when: what trackers are told.
struct Training {
  std::size_t node = 0;
  std::size_t port = 0;  ///< the first that tells scalars
  Scalars scalars{};
  std::vector<double> epoch_ends{};  ///< seconds since 1970
  std::vector<double> step_ends{};   ///< likewise; the steps of an epoch share its time as they took it
  double begin = 0;
};

/// What a stage measured.
struct Measured {
  std::size_t node = 0;
  std::size_t port = 0;  ///< the first that tells numbers
  NamedNumbers numbers;
};

/// Every training of a run and everything that it measured, by what tracked ports tell; nothing where an
/// object is lost. The records are those of all nodes, by number.
std::optional<std::vector<Training>> trainings_of(const Graph& graph, std::span<const Record> records,
                                                  Store& store);
std::optional<std::vector<Measured>> measured_of(const Graph& graph, std::span<const Record> records,
                                                 Store& store);

/// The training whose model a node measured: the last one that it needs; nothing where there is none.
std::optional<std::size_t> training_of(const std::vector<Training>& trainings, const Graph& graph,
                                       std::size_t node);

/// "train" for the copy "train_2" that `each` made, so that what belongs together has one name in all runs;
/// the name of any other node.
std::string name_in_runs(const Node& node);

/// Every parameter of the nodes that one needs, and its own, as {"seed": 0, "train.epochs": 5}; with
/// `all` false only what differs from the defaults or is a value of `each`.
Json params_behind(const Graph& graph, std::size_t node, bool all);

/// "val" where the data that a node measured on is an output called "validation", else "test".
std::string part_of(const std::vector<Training>& trainings, const Graph& graph, std::size_t node);

/// What stands before the names of metrics of a part: nothing for "train", "val_" for "validation".
std::string prefix_of_part(const std::string& part);

/// "2026-01-31T12:00:00Z" as seconds since 1970; 0 for a text that is no such time.
double seconds_of(const std::string& time);

/// Whether a node is the only one of its stage, so that what it gives needs no name in front.
bool stands_alone(const Graph& graph, std::size_t node);

}  // namespace fovea
