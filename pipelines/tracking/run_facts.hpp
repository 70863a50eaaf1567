#pragma once

#include "runtime/run.hpp"
#include "stages/evaluate/metrics.hpp"
#include "stages/model/model.hpp"
#include "stages/train/history.hpp"

namespace fovea {

/// How one training went, and when: what trackers are told.
struct Training {
  std::size_t node = 0;
  std::size_t history_port = 0;
  std::shared_ptr<const History> history;
  std::vector<double> epoch_ends;  ///< seconds since 1970
  std::vector<double> step_ends;   ///< likewise; the steps of an epoch share its time as they took it
  std::vector<double> step_samples_per_second;
  double begin = 0;
};

/// What a run measured on images that it had not trained on.
struct Measured {
  std::size_t node = 0;
  std::size_t port = 0;
  std::shared_ptr<const Metrics> metrics;
};

/// The outputs that are read for all of the following.
std::vector<Output> read_for_facts(const Graph& graph);

/// Every training of a run whose history and timing are in the store; nothing where one is lost.
std::optional<std::vector<Training>> trainings_of(const Graph& graph, const RunResult& result, Store& store);
std::optional<std::vector<Measured>> measured_of(const Graph& graph, const RunResult& result, Store& store);

/// The first model that a training gave, which is the best; null where there is none, or it is lost.
std::shared_ptr<const Model> model_of(const Graph& graph, const RunResult& result, Store& store,
                                      std::size_t node);

/// The training whose model a node measured: the last one that it needs; nothing where there is none.
std::optional<std::size_t> training_of(const std::vector<Training>& trainings, const Graph& graph,
                                       std::size_t node);

/// "train" for the copy "train_2" that `each` made, so that what belongs together has one name in all runs;
/// the name of any other node.
std::string name_in_runs(const Node& node);

/// Every parameter of the nodes that one needs, and its own, as {"seed": 0, "train.epochs": 5}; with
/// `all` false only what differs from the defaults or is a value of `each`.
Json params_behind(const Graph& graph, std::size_t node, bool all);

/// "val" where a node measured a part that training validates on, else "test".
std::string part_of(const Graph& graph, std::size_t node);

/// What a node measured, by name: "accuracy", "loss", ...
std::vector<std::pair<std::string, double>> numbers_of(const Metrics& metrics);

/// "2026-01-31T12:00:00Z" as seconds since 1970; 0 for a text that is no such time.
double seconds_of(const std::string& time);

/// Whether a node is the only one of its stage, so that what it gives needs no name in front.
bool stands_alone(const Graph& graph, std::size_t node);

}  // namespace fovea
