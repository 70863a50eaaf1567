#include "pipelines/tracking/run_facts.hpp"

#include <time.h>

#include <algorithm>
#include <numeric>

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

template <class T>
std::shared_ptr<const T> load(const RunResult& result, Store& store, std::size_t node, std::size_t port) {
  const auto item = store.load(T::codec(), result.nodes[node].record.objects.at(port));
  return item ? std::static_pointer_cast<const T>(item->data) : nullptr;
}

/// When each step ended: `epoch_ends` are those of the epochs, `begin` that of the first.
std::vector<double> ends_of_steps(const History& history, const std::vector<double>& rates, double begin,
                                  const std::vector<double>& epoch_ends) {
  std::vector<double> ends;
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, history.steps_per_epoch));
  for (std::size_t step = 0; step < history.step_loss.size(); ++step) {
    const auto epoch = std::min(step / steps, epoch_ends.empty() ? 0 : epoch_ends.size() - 1);
    const double from = epoch == 0 ? begin : epoch_ends[epoch - 1];
    const double to = epoch_ends.empty() ? begin : epoch_ends[epoch];
    const auto first = epoch * steps, last = std::min(first + steps, rates.size());
    const auto cost = [&](std::size_t end) {
      double sum = 0;
      for (auto i = first; i < std::min(end, last); ++i) sum += rates[i] > 0 ? 1 / rates[i] : 0;
      return sum;
    };
    const double all = cost(last);
    ends.push_back(all > 0 ? from + (to - from) * cost(step + 1) / all : to);
  }
  return ends;
}

Training training_of(std::size_t node, std::size_t port, std::shared_ptr<const History> history,
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
  training.step_ends =
      ends_of_steps(*training.history, timing.step_samples_per_second, training.begin, training.epoch_ends);
  return training;
}

}  // namespace

std::optional<std::vector<Training>> trainings_of(const Graph& graph, const RunResult& result, Store& store) {
  std::vector<Training> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto history = port_of_kind(graph.nodes()[i], History::kind);
    const auto timing = port_of_kind(graph.nodes()[i], Timing::kind);
    if (!history || !timing) continue;
    const auto how = load<History>(result, store, i, *history);
    const auto when = load<Timing>(result, store, i, *timing);
    if (how == nullptr || when == nullptr) return {};
    all.push_back(training_of(i, *history, how, *when, seconds_of(result.nodes[i].record.made)));
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
    all.push_back({i, std::move(metrics)});
  }
  return all;
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
