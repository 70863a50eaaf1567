#include "pipelines/tracking/run_facts.hpp"

#include <time.h>

#include <algorithm>
#include <numeric>
#include <span>

namespace fovea {
namespace {

/// The output of that kind, or nothing.
std::optional<std::size_t> port_of_kind(const Node& node, std::string_view kind) {
  const auto& outputs = node.stage->outputs;
  const auto found =
      std::find_if(outputs.begin(), outputs.end(), [&](const PortInfo& port) { return port.kind == kind; });
  if (found == outputs.end()) return {};
  return static_cast<std::size_t>(found - outputs.begin());
}

/// The outputs of a node that trained.
struct TrainingPorts {
  std::size_t history, timing;
  std::optional<std::size_t> model;
};
std::optional<TrainingPorts> training_ports(const Node& node) {
  const auto history = port_of_kind(node, History::kind);
  const auto timing = port_of_kind(node, Timing::kind);
  if (!history || !timing) return {};
  return TrainingPorts{*history, *timing, port_of_kind(node, Model::kind)};
}

template <class T>
std::shared_ptr<const T> load(const RunResult& result, Store& store, std::size_t node, std::size_t port) {
  const auto item = store.load(T::codec(), result.nodes[node].record.objects.at(port));
  return item ? std::static_pointer_cast<const T>(item->data) : nullptr;
}

/// Appends when each step of an epoch ended, which lasted from `from` to `to`: steps share its time as they
/// took it.
void append_ends(std::span<const double> rates, double from, double to, std::vector<double>& ends) {
  const auto cost = [](double rate) { return rate > 0 ? 1 / rate : 0; };
  double all = 0, spent = 0;
  for (const double rate : rates) all += cost(rate);
  for (const double rate : rates) {
    spent += cost(rate);
    ends.push_back(all > 0 ? from + (to - from) * spent / all : to);
  }
}

/// When each step ended; what has no time of its own ended with the epoch before.
std::vector<double> ends_of_steps(const Training& training) {
  std::vector<double> ends;
  const std::span rates(training.step_samples_per_second);
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, training.history->steps_per_epoch));
  double from = training.begin;
  for (const double to : training.epoch_ends) {
    const auto first = std::min(ends.size(), rates.size());
    append_ends(rates.subspan(first, std::min(steps, rates.size() - first)), from, to, ends);
    from = to;
  }
  ends.resize(training.history->step_loss.size(), from);
  return ends;
}

Training timed_training(std::size_t node, std::size_t port, std::shared_ptr<const History> history,
                        const Timing& timing, double end) {
  Training training{.node = node, .history_port = port, .history = std::move(history)};
  const auto& seconds = timing.epoch_seconds;
  training.begin = end - std::accumulate(seconds.begin(), seconds.end(), 0.0);
  double at = training.begin;
  for (std::size_t epoch = 0; epoch < training.history->epochs(); ++epoch) {
    at += epoch < seconds.size() ? seconds[epoch] : 0;
    training.epoch_ends.push_back(at);
  }
  training.step_samples_per_second = timing.step_samples_per_second;
  training.step_ends = ends_of_steps(training);
  return training;
}

/// Adds the members of an object of parameters under their whole names.
void add_params(const std::string& name, const Json& value, const std::vector<FieldInfo>& fields, bool all,
                Json& params) {
  for (const auto& field : fields) {
    const auto& own = value.at(field.name);
    const auto whole = name + "." + field.name;
    if (!field.members.empty() && own.is_object()) {
      add_params(whole, own, field.members, all, params);
    } else if (all || own != field.standard) {
      params[whole] = own;
    }
  }
}

}  // namespace

std::vector<Output> read_for_facts(const Graph& graph) {
  std::vector<Output> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (const auto ports = training_ports(graph.nodes()[i])) {
      all.insert(all.end(), {{i, ports->history}, {i, ports->timing}});
      if (ports->model) all.push_back({i, *ports->model});
    }
    if (const auto metrics = port_of_kind(graph.nodes()[i], Metrics::kind)) all.push_back({i, *metrics});
  }
  return all;
}

std::optional<std::vector<Training>> trainings_of(const Graph& graph, const RunResult& result, Store& store) {
  std::vector<Training> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto ports = training_ports(graph.nodes()[i]);
    if (!ports) continue;
    const auto how = load<History>(result, store, i, ports->history);
    const auto when = load<Timing>(result, store, i, ports->timing);
    if (how == nullptr || when == nullptr) return {};
    all.push_back(timed_training(i, ports->history, how, *when, seconds_of(result.nodes[i].record.made)));
  }
  return all;
}

std::optional<std::vector<Measured>> measured_of(const Graph& graph, const RunResult& result, Store& store) {
  std::vector<Measured> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto port = port_of_kind(graph.nodes()[i], Metrics::kind);
    if (!port) continue;
    auto metrics = load<Metrics>(result, store, i, *port);
    if (metrics == nullptr) return {};
    all.push_back({i, *port, std::move(metrics)});
  }
  return all;
}

std::shared_ptr<const Model> model_of(const Graph& graph, const RunResult& result, Store& store,
                                      std::size_t node) {
  const auto ports = training_ports(graph.nodes()[node]);
  return ports && ports->model ? load<Model>(result, store, node, *ports->model) : nullptr;
}

std::optional<std::size_t> training_of(const std::vector<Training>& trainings, const Graph& graph,
                                       std::size_t node) {
  const auto needed = graph.needed_by({node});
  for (std::size_t i = trainings.size(); i-- > 0;) {
    if (std::binary_search(needed.begin(), needed.end(), trainings[i].node)) return i;
  }
  return {};
}

std::string name_in_runs(const Node& node) {
  return node.each.empty() ? node.name : name_without_numbers(node.name);
}

Json params_behind(const Graph& graph, std::size_t node, bool all) {
  Json params = {{"seed", graph.seed()}};
  for (const auto i : graph.needed_by({node})) {
    const auto& one = graph.nodes()[i];
    const auto name = name_in_runs(one);
    add_params(name, one.params, one.stage->params, all, params);
    if (one.seed != graph.seed() && !one.each.contains("seed")) params[name + ".seed"] = one.seed;
  }
  for (const auto& [setting, value] : graph.nodes()[node].each.items()) params[setting] = value;
  return params;
}

std::string part_of(const Graph& graph, std::size_t node) {
  for (const auto& wire : graph.nodes()[node].inputs) {
    const auto& output = graph.nodes()[wire.node].stage->outputs[wire.port];
    if (output.name == "validation") return "val";
    if (output.kind == Predictions::kind) return part_of(graph, wire.node);
  }
  return "test";
}

std::vector<std::pair<std::string, double>> numbers_of(const Metrics& metrics) {
  std::vector<std::pair<std::string, double>> numbers{{"accuracy", metrics.accuracy}};
  if (metrics.k > 0) numbers.emplace_back("top_" + std::to_string(metrics.k), metrics.top_k_accuracy);
  numbers.insert(
      numbers.end(),
      {{"loss", metrics.loss}, {"macro_f1", metrics.macro.f1}, {"weighted_f1", metrics.weighted.f1}});
  return numbers;
}

double seconds_of(const std::string& time) {
  std::tm parts{};
  if (::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return 0;
  return static_cast<double>(::timegm(&parts));
}

bool stands_alone(const Graph& graph, std::size_t node) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(), [&](const Node& each) {
           return each.stage->name == graph.nodes()[node].stage->name;
         }) == 1;
}

}  // namespace fovea
