#include "pipelines/command/plan.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/console.hpp"

namespace fovea {
namespace {

/// Returns the status as a word: "hit", "run" or "partial".
const char* status_word(Status status) {
  return status == Status::hit ? "hit" : status == Status::run ? "run" : "partial";
}

void print_plan_json(const Graph& graph, const std::vector<Planned>& planned) {
  for (std::size_t i = 0; i < planned.size(); ++i) {
    Json line = {{"node", graph.nodes()[i].name},
                 {"stage", graph.nodes()[i].stage->name},
                 {"each", graph.nodes()[i].each},
                 {"status", status_word(planned[i].status)},
                 {"progress", planned[i].progress.empty() ? Json(nullptr) : Json(planned[i].progress)},
                 {"why", planned[i].why},
                 {"made_with", planned[i].made_with.empty() ? Json(nullptr) : Json(planned[i].made_with)},
                 {"seconds", planned[i].seconds ? Json(*planned[i].seconds) : Json(nullptr)}};
    print("{}\n", line.dump());
  }
}

/// Returns the reason why a stage runs, and the other numerics of its result or progress.
std::string reason_text(const Planned& planned) {
  if (planned.made_with.empty()) return planned.why;
  return planned.why + (planned.why.empty() ? "" : "; ") +
         (planned.status == Status::hit ? "made with " : "begun with ") + planned.made_with;
}

/// Returns the known seconds of all stages that run, and the stages without an estimate.
std::string duration_of_runs(double seconds, std::vector<std::string> unknown) {
  if (unknown.empty()) return "; by earlier runs they take " + duration_text(seconds);
  constexpr std::size_t most = 3;
  const auto rest = unknown.size() > most ? unknown.size() - most : 0;
  unknown.resize(unknown.size() - rest);
  return "; by earlier runs they take at least " + duration_text(seconds) + ", and nothing is known of " +
         join(unknown, ", ") + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

void print_plan_text(const Graph& graph, const std::vector<Planned>& planned) {
  std::size_t width = 5;
  std::size_t status_width = 3;
  double seconds = 0;
  std::size_t runs = 0;
  std::vector<std::string> statuses, unknown;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    statuses.emplace_back(status_word(planned[i].status));
    if (!planned[i].progress.empty()) statuses.back() += " (" + planned[i].progress + ")";
    width = std::max(width, graph.nodes()[i].name.size());
    status_width = std::max(status_width, statuses.back().size());
  }
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const auto last = planned[i].seconds ? duration_text(*planned[i].seconds) : "";
    const auto reason = reason_text(planned[i]);
    const auto gap = reason.empty() ? "" : "  ";
    const auto values = values_in_words(graph.nodes()[i].each);
    print("  {:<{}}  {:<{}}  {:>10}{}{}{}\n", graph.nodes()[i].name, width, statuses[i], status_width, last,
          values.empty() ? "" : "  [" + values + "]", gap, reason);
    if (planned[i].status == Status::hit) continue;
    ++runs;
    seconds += planned[i].seconds.value_or(0);
    if (!planned[i].seconds) unknown.push_back(graph.nodes()[i].name);
  }
  if (runs == 0) {
    print("everything is there already\n");
    return;
  }
  print("{} of {} stages to run{}\n", runs, planned.size(),
        seconds > 0 ? duration_of_runs(seconds, unknown) : "");
}

}  // namespace

void print_plan(const Prepared& prepared, bool json) {
  const auto planned = prepared.planned();
  if (json) {
    print_plan_json(prepared.graph, planned);
  } else {
    print_plan_text(prepared.graph, planned);
  }
}

void add_plan(CLI::App& app, Action& chosen) {
  add_pipeline_verb(app, "plan", "tell what a run would do, and why, without doing it", chosen,
                    [](const RunCommand& command, Signals&) {
                      print_plan(*prepare(command), command.json);
                      return 0;
                    });
}

}  // namespace fovea
