#include "pipelines/run/run_summary.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "pipelines/run/console.hpp"
#include "runtime/store/artifact.hpp"

namespace fovea {
namespace {

/// The nodes of one line of the summary.
struct SummaryRow {
  std::string name;
  std::vector<std::size_t> nodes;
};

/// The outputs that a stage reads to tell of them together; of a run, where that stage came to its end.
std::set<Output> told_together(const Graph& graph, const RunResult& run) {
  std::set<Output> all;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (run.nodes[i].end != End::hit && run.nodes[i].end != End::ran) continue;
    const auto& node = graph.nodes()[i];
    for (const auto& wire : node.inputs) {
      if (node.stage->inputs[wire.input].told_together) all.insert({wire.node, wire.port});
    }
  }
  return all;
}

/// The outputs of a run that are told of: those that are tracked, tell something in words or numbers, and are
/// not told of together with others.
std::set<Output> told_outputs(const Graph& graph, const RunResult& run) {
  std::set<Output> all;
  const auto together = told_together(graph, run);
  for (const auto& [node, port] : read_after_run(graph)) {
    const auto& output = graph.nodes()[node].stage->outputs[port];
    const auto& tells = output.codec->tells;
    if (output.tracked && (tells.summary || tells.numbers) && !together.contains({node, port}))
      all.insert({node, port});
  }
  return all;
}

/// Returns "train_" for a node with the name of a copy; else its whole name.
std::string name_of_all(const Node& node) {
  const auto stem = name_without_numbers(node.name);
  return stem == node.name ? stem : stem + "_";
}

/// The nodes by the lines that tell of them. Those with outputs that are told of stand alone, and so do all
/// copies of a stage of which one failed or was left out.
std::vector<SummaryRow> lines_of(const Graph& graph, const std::set<Output>& outputs,
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
    const auto told = outputs.lower_bound({i, 0});
    const bool alone = (told != outputs.end() && told->node == i) || apart.contains(key_of_all(node));
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

/// What the outputs of a node say, of those that are told of and that the store has.
std::vector<SummaryLines> lines_of_node(const Graph& graph, std::size_t i, const std::set<Output>& outputs,
                                        const Record& record, Store& store) {
  std::vector<SummaryLines> all;
  for (std::size_t port = 0; port < record.objects.size(); ++port) {
    if (!outputs.contains({i, port})) continue;
    const auto& codec = *graph.nodes()[i].stage->outputs[port].codec;
    if (const auto item = store.load(codec, record.objects[port]))
      all.push_back(summary_lines(codec.tells, item->data.get()));
  }
  return all;
}

/// What a node measured or summarised, in words: what stands behind its line, or below it where that is more
/// than one.
std::string measured_in_words(const std::vector<SummaryLines>& told) {
  std::vector<std::string> lines;
  for (const auto& one : told) lines.insert(lines.end(), one.lines.begin(), one.lines.end());
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

std::string run_summary(const Graph& graph, const RunResult& run, Store& store) {
  const auto outputs = told_outputs(graph, run);
  const auto skipped = left_out(graph, run);
  const auto reasons = reasons_of(skipped);
  const auto lines = lines_of(graph, outputs, skipped, run);
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
      text += measured_in_words(lines_of_node(graph, node, outputs, run.nodes[node].record, store));
    text += "\n";
  }
  return text;
}

Json metrics_of(const Graph& graph, const RunResult& run, Store& store) {
  const auto outputs = told_outputs(graph, run);
  Json all = Json::object();
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    for (const auto& one : lines_of_node(graph, i, outputs, run.nodes[i].record, store))
      all[graph.nodes()[i].name].update(one.numbers);
  }
  return all;
}

}  // namespace fovea
