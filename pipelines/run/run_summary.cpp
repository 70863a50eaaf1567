#include "pipelines/run/run_summary.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "pipelines/run/console.hpp"
#include "stages/evaluate/metrics_summary.hpp"

namespace fovea {
namespace {

/// The nodes of one line of the summary.
struct SummaryRow {
  std::string name;
  std::vector<std::size_t> nodes;
};

std::string metrics_line(const Metrics& metrics) {
  const auto number = [](const std::string& name, double value) {
    char text[32];
    std::snprintf(text, sizeof text, " %.4f", value);
    return name + text;
  };
  return number("accuracy", metrics.accuracy) +
         (metrics.k > 0 ? number("  top-" + std::to_string(metrics.k), metrics.top_k_accuracy) : "") +
         number("  loss", metrics.loss) + number("  macro F1", metrics.macro.f1);
}

bool gives(const Node& node, std::string_view kind) {
  return std::any_of(node.stage->outputs.begin(), node.stage->outputs.end(),
                     [&](const PortInfo& port) { return port.kind == kind; });
}

/// Returns the nodes whose metrics a stage summarises; given a run, only if that stage has finished.
std::set<std::size_t> summarised_nodes(const Graph& graph, const RunResult* run = nullptr) {
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (!gives(node, MetricsSummary::kind)) continue;
    if (run != nullptr && run->nodes[i].end != End::hit && run->nodes[i].end != End::ran) continue;
    for (const auto& wire : node.inputs) all.insert(wire.node);
  }
  return all;
}

/// Returns "train_" for a node with the name of a copy; else its whole name.
std::string name_of_all(const Node& node) {
  const auto stem = name_without_numbers(node.name);
  return stem == node.name ? stem : stem + "_";
}

/// Groups the nodes by lines of the summary. Summaries, metrics without a summary, and all copies of a stage
/// of which one failed or was left out have lines of their own.
std::vector<SummaryRow> lines_of(const Graph& graph, const std::set<std::size_t>& summarised,
                                 const std::vector<LeftOut>& left_out, const RunResult& run) {
  const auto key_of_all = [](const Node& node) { return name_of_all(node) + "." + node.stage->name; };
  std::set<std::string> apart;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (run.nodes[i].end == End::failed) apart.insert(key_of_all(graph.nodes()[i]));
  }
  for (const auto& one : left_out) apart.insert(key_of_all(graph.nodes()[one.node]));
  std::vector<SummaryRow> lines;
  std::map<std::string, std::size_t> line_of;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    const bool alone = gives(node, MetricsSummary::kind) ||
                       (gives(node, Metrics::kind) && !summarised.contains(i)) ||
                       apart.contains(key_of_all(node));
    const auto key = alone ? node.name : key_of_all(node);
    const auto [line, is_new] = line_of.emplace(key, lines.size());
    if (is_new) lines.push_back({node.name, {}});
    lines[line->second].nodes.push_back(i);
  }
  for (auto& line : lines) {
    if (line.nodes.size() < 2) continue;
    const auto& last = graph.nodes()[line.nodes.back()].name;
    line.name += ".." + last.substr(name_without_numbers(last).size() + 1);
  }
  return lines;
}

std::string outcome_text(const NodeResult& node) {
  const auto others = node.made_with.empty() ? "" : ", made with " + node.made_with;
  if (node.end == End::hit) return "hit" + others;
  if (node.end == End::failed) return "failed";
  if (node.end != End::ran) return "not run";
  if (node.from.empty()) return "run      " + duration_text(node.seconds);
  return "resumed  " + duration_text(node.seconds) + "   from " + node.from + others;
}

/// Returns the outcome of several nodes: "3 hit, 2 run  41.2 s".
std::string outcome_text(const RunResult& run, const std::vector<std::size_t>& nodes) {
  if (nodes.size() == 1) return outcome_text(run.nodes[nodes[0]]);
  std::size_t hits = 0, runs = 0, resumed = 0;
  double seconds = 0;
  for (const auto node : nodes) {
    const auto& result = run.nodes[node];
    hits += result.end == End::hit;
    runs += result.end == End::ran && result.from.empty();
    resumed += result.end == End::ran && !result.from.empty();
    seconds += result.seconds;
  }
  std::vector<std::string> counts;
  const auto add = [&](std::size_t count, const char* word) {
    if (count > 0) counts.push_back(std::to_string(count) + " " + word);
  };
  add(hits, "hit");
  add(resumed, "resumed");
  add(runs, "run");
  add(nodes.size() - hits - resumed - runs, "not run");
  return join(counts, ", ") + (runs + resumed > 0 ? "  " + duration_text(seconds) : "");
}

/// Returns the ports of a node's metrics that no stage summarises, and of its summaries.
std::vector<std::size_t> reported_ports(const Graph& graph, std::size_t node,
                                        const std::set<std::size_t>& summarised) {
  const auto& outputs = graph.nodes()[node].stage->outputs;
  std::vector<std::size_t> ports;
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    const bool metrics = outputs[port].kind == Metrics::kind && !summarised.contains(node);
    if (metrics || outputs[port].kind == MetricsSummary::kind) ports.push_back(port);
  }
  return ports;
}

/// Calls `tell` with each metrics of a node that no stage summarises, and with each summary.
template <class Tell>
void for_each_measured(const Graph& graph, std::size_t i, const std::set<std::size_t>& summarised,
                       const Record& record, Store& store, Tell tell) {
  for (const auto port : reported_ports(graph, i, summarised)) {
    if (port >= record.objects.size()) continue;
    const auto& output = graph.nodes()[i].stage->outputs[port];
    const bool metrics = output.kind == Metrics::kind;
    const auto item = store.load(*output.codec, record.objects[port]);
    if (!item) continue;
    const auto* data = item->data.get();
    metrics ? tell(*static_cast<const Metrics*>(data)) : tell(*static_cast<const MetricsSummary*>(data));
  }
}

std::vector<std::string> words_of(const Metrics& metrics) {
  return {metrics_line(metrics)};
}
std::vector<std::string> words_of(const MetricsSummary& summary) {
  return in_words(summary);
}

/// Returns the metrics or summaries of a node in words: one line to append to its own, or several lines below
/// it.
std::string measured_in_words(const Graph& graph, std::size_t i, const std::set<std::size_t>& summarised,
                              const Record& record, Store& store) {
  std::vector<std::string> lines;
  for_each_measured(graph, i, summarised, record, store, [&](const auto& measured) {
    for (auto& line : words_of(measured)) lines.push_back(std::move(line));
  });
  if (lines.size() == 1) return "   " + lines[0];
  std::string text;
  for (const auto& line : lines) text += "\n    " + line;
  return text;
}

/// Returns a reason, `not run, because of "train_2"`, for each stage that was left out.
std::map<std::size_t, std::string> reasons_of(const std::vector<LeftOut>& left_out) {
  constexpr std::size_t most = 3;
  std::map<std::size_t, std::string> reasons;
  for (const auto& [node, because] : left_out) {
    std::vector<std::string> names(because.begin(), because.end());
    const auto rest = names.size() > most ? names.size() - most : 0;
    names.resize(names.size() - rest);
    reasons[node] = "not run, because of " + join(names, ", ") +
                    (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
  }
  return reasons;
}

}  // namespace

std::vector<LeftOut> left_out(const Graph& graph, const RunResult& run) {
  std::vector<LeftOut> all;
  std::vector<std::set<std::string>> failed(graph.nodes().size());  // by node: failures at or before it
  for (std::size_t i = 0; i < failed.size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (run.nodes[i].end == End::failed) failed[i] = {node.name};
    if (run.nodes[i].end != End::skipped) continue;
    for (const auto& wire : node.inputs) failed[i].insert(failed[wire.node].begin(), failed[wire.node].end());
    if (!failed[i].empty()) all.push_back({i, {failed[i].begin(), failed[i].end()}});
  }
  return all;
}

std::vector<Output> read_by_summary(const Graph& graph) {
  const auto summarised = summarised_nodes(graph);
  std::vector<Output> all;
  for (std::size_t node = 0; node < graph.nodes().size(); ++node) {
    for (const auto port : reported_ports(graph, node, summarised)) all.push_back({node, port});
  }
  return all;
}

std::string run_summary(const Graph& graph, const RunResult& run, Store& store) {
  const auto summarised = summarised_nodes(graph, &run);
  const auto skipped = left_out(graph, run);
  const auto reasons = reasons_of(skipped);
  const auto lines = lines_of(graph, summarised, skipped, run);
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, line.name.size());
  std::string text;
  for (const auto& [name, nodes] : lines) {
    text += "  " + name + std::string(width - name.size() + 2, ' ');
    const auto reason = reasons.find(nodes[0]);
    text += reason != reasons.end() ? reason->second : outcome_text(run, nodes);
    if (nodes.size() == 1 && !graph.nodes()[nodes[0]].each.empty())
      text += "   " + values_in_words(graph.nodes()[nodes[0]].each);
    for (const auto node : nodes)
      text += measured_in_words(graph, node, summarised, run.nodes[node].record, store);
    text += "\n";
  }
  return text;
}

Json metrics_of(const Graph& graph, const RunResult& run, Store& store) {
  const auto summarised = summarised_nodes(graph, &run);
  Json all = Json::object();
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    for_each_measured(graph, i, summarised, run.nodes[i].record, store, [&](const auto& measured) {
      auto json = to_json(measured);
      for (const char* of_classes : {"class_names", "per_class", "confusion"}) json.erase(of_classes);
      all[graph.nodes()[i].name] = std::move(json);
    });
  }
  return all;
}

}  // namespace fovea
