#include "pipelines/tracking/run_facts.hpp"

#include <time.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace fovea {
namespace {

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

std::size_t longest(const std::vector<ScalarSeries>& all) {
  std::size_t length = 0;
  for (const auto& one : all) length = std::max(length, one.values.size());
  return length;
}

/// When each step ended; what has no time of its own ended with the epoch before.
std::vector<double> ends_of_steps(const Training& training, std::span<const double> rates) {
  std::vector<double> ends;
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, training.scalars.steps_per_epoch));
  double from = training.begin;
  for (const double to : training.epoch_ends) {
    const auto first = std::min(ends.size(), rates.size());
    append_ends(rates.subspan(first, std::min(steps, rates.size() - first)), from, to, ends);
    from = to;
  }
  ends.resize(longest(training.scalars.by_step), from);
  return ends;
}

/// Tells a training when its epochs and steps were, the last of which ended at `end`.
void set_times(Training& training, const Times& times, double end) {
  const auto& seconds = times.epoch_seconds;
  training.begin = end - std::accumulate(seconds.begin(), seconds.end(), 0.0);
  double at = training.begin;
  for (std::size_t epoch = 0; epoch < longest(training.scalars.by_epoch); ++epoch) {
    at += epoch < seconds.size() ? seconds[epoch] : 0;
    training.epoch_ends.push_back(at);
  }
  training.step_ends = ends_of_steps(training, times.step_samples_per_second);
}

void append(std::vector<ScalarSeries>& all, std::vector<ScalarSeries> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Adds what another output of the same stage tells.
void add(Scalars& all, Scalars more) {
  append(all.by_step, std::move(more.by_step));
  append(all.by_epoch, std::move(more.by_epoch));
  if (all.steps_per_epoch == 0) all.steps_per_epoch = more.steps_per_epoch;
  if (all.best_epoch == 0) all.best_epoch = more.best_epoch;
}

/// Where a wire comes from that leads to a node's data.
enum class Origin { unknown, validation, other };

/// Looks at the wires into one node.
Origin origin_of_data(const Graph& graph, std::size_t node) {
  auto origin = Origin::unknown;
  for (const auto& wire : graph.nodes()[node].inputs) {
    const auto& from = graph.nodes()[wire.node];
    const auto& name = from.stage->outputs[wire.port].name;
    if (name == "validation") return Origin::validation;
    if (name == "test" || from.inputs.empty()) origin = Origin::other;
  }
  return origin;
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

std::optional<std::vector<Training>> trainings_of(const Graph& graph, std::span<const Record> records,
                                                  Store& store) {
  auto scalars = told(graph, records, store, &Tells::scalars);
  const auto times = told(graph, records, store, &Tells::times);
  if (!scalars || !times) return {};
  std::vector<Training> all;
  for (auto& one : *scalars) {
    if (all.empty() || all.back().node != one.from.node)
      all.push_back({.node = one.from.node, .port = one.from.port});
    add(all.back().scalars, std::move(one.told));
  }
  for (auto& training : all) {
    const auto found = std::find_if(times->begin(), times->end(),
                                    [&](const auto& one) { return one.from.node == training.node; });
    const auto own = found != times->end() ? found->told : Times{};
    set_times(training, own, seconds_of(records[training.node].made));
    if (!own.step_samples_per_second.empty())
      training.scalars.by_step.push_back({"samples_per_second", "train", own.step_samples_per_second});
  }
  return all;
}

std::optional<std::vector<Measured>> measured_of(const Graph& graph, std::span<const Record> records,
                                                 Store& store) {
  auto numbers = told(graph, records, store, &Tells::numbers);
  if (!numbers) return {};
  std::vector<Measured> all;
  for (auto& one : *numbers) {
    if (all.empty() || all.back().node != one.from.node) all.push_back({one.from.node, one.from.port, {}});
    all.back().numbers.insert(all.back().numbers.end(), one.told.begin(), one.told.end());
  }
  return all;
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

// The nearest wires that say so tell: what a model was trained with lies behind its training.
std::string part_of(const std::vector<Training>& trainings, const Graph& graph, std::size_t node) {
  std::set<std::size_t> level{node};
  while (!level.empty()) {
    std::set<std::size_t> next;
    auto origin = Origin::unknown;
    for (const auto one : level) {
      const auto here = origin_of_data(graph, one);
      if (here == Origin::validation) return "val";
      if (here == Origin::other) origin = here;
      for (const auto& wire : graph.nodes()[one].inputs) {
        const bool trains = std::any_of(trainings.begin(), trainings.end(),
                                        [&](const Training& each) { return each.node == wire.node; });
        if (!trains) next.insert(wire.node);
      }
    }
    if (origin == Origin::other) break;
    level = std::move(next);
  }
  return "test";
}

std::string prefix_of_part(const std::string& part) {
  return part == "train" ? "" : part == "validation" ? "val_" : part + "_";
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
