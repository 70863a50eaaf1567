#include <algorithm>
#include <cstdio>
#include <numeric>

#include "pipelines/command/commands.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/standard_output.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/running_folder.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// "hit", "run" or "partial".
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
    std::printf("%s\n", line.dump().c_str());
  }
}

/// Why a stage runs, and with what else its result or its progress was made.
std::string told_of(const Planned& planned) {
  if (planned.made_with.empty()) return planned.why;
  return planned.why + (planned.why.empty() ? "" : "; ") +
         (planned.status == Status::hit ? "made with " : "begun with ") + planned.made_with;
}

/// What is known of the seconds of all that runs, and of which stages nothing is.
std::string time_they_take(double seconds, std::vector<std::string> unknown) {
  if (unknown.empty()) return "; by earlier runs they take " + duration_text(seconds);
  constexpr std::size_t most = 3;
  const auto rest = unknown.size() > most ? unknown.size() - most : 0;
  unknown.resize(unknown.size() - rest);
  return "; by earlier runs they take at least " + duration_text(seconds) + ", and nothing is known of " +
         join(unknown, ", ") + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

void print_plan(const Graph& graph, const std::vector<Planned>& planned) {
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
    const auto told = told_of(planned[i]);
    const auto gap = told.empty() ? "" : "  ";
    const auto values = values_in_words(graph.nodes()[i].each);
    std::printf("  %-*s  %-*s  %10s%s%s%s\n", static_cast<int>(width), graph.nodes()[i].name.c_str(),
                static_cast<int>(status_width), statuses[i].c_str(), last.c_str(),
                values.empty() ? "" : ("  [" + values + "]").c_str(), gap, told.c_str());
    if (planned[i].status == Status::hit) continue;
    ++runs;
    seconds += planned[i].seconds.value_or(0);
    if (!planned[i].seconds) unknown.push_back(graph.nodes()[i].name);
  }
  if (runs == 0) {
    std::printf("everything is there already\n");
    return;
  }
  std::printf("%zu of %zu stages to run%s\n", runs, planned.size(),
              seconds > 0 ? time_they_take(seconds, unknown).c_str() : "");
}

/// A device that nobody could have is wrong usage; one that is not there is not.
ComputeDevice device_of(const std::string& name) {
  try {
    return at("--device", [&] { return compute_device(name); });
  } catch (const Error& error) {
    if (std::string_view(error.what()).find(" is not allowed; ") == std::string_view::npos) throw;
    throw UsageError(error.what());
  }
}

/// The nodes that "all" or a stage's name means.
std::vector<std::size_t> forced(const Graph& graph, const std::string& name) {
  const auto& nodes = graph.nodes();
  const bool is_node =
      std::any_of(nodes.begin(), nodes.end(), [&](const Node& node) { return node.name == name; });
  if (name != "all" || is_node) return graph.find_all(name);
  std::vector<std::size_t> all(nodes.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

/// What a person is told who stopped a run: where everything is, and how to go on.
std::string interrupted_text(const std::filesystem::path& store, const std::filesystem::path& failed) {
  return "interrupted; finished stages and saved progress are in " + store.string() +
         (failed.empty() ? "" : ", the log is in " + failed.string()) +
         ", and the same command goes on from there";
}

}  // namespace

Store Prepared::open_store() const {
  return Store(
      store_folder(store),
      [](const std::string& line) { std::fprintf(stderr, "warning: %s\n", line.c_str()); }, true);
}

std::vector<Planned> Prepared::planned() const {
  auto opened = open_store();
  const auto world = world_of(opened, [&](const Node& node) { return numerics(node, device); });
  return plan(graph, world, {force, read_after_run(graph), same_numerics});
}

std::unique_ptr<Prepared> prepare(const RunCommand& command) {
  return prepare(command, [&](const Registry& registry) {
    return read_definition_file(command.pipeline, command.settings, registry);
  });
}

std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph) {
  auto prepared = std::make_unique<Prepared>();
  prepared->device = device_of(command.device);
  if (!command.name.empty()) at_flag("--name", [&] { expect_run_name(command.name); });
  prepared->registry = stages_with(command.plugins);
  auto& graph = prepared->graph;
  graph = read_graph(prepared->registry);
  if (!command.until.empty()) {
    const auto last = at_flag("--until", [&] { return graph.find_all(command.until); });
    graph = graph.only(graph.needed_by(last));
  }
  for (const auto& name : command.force) {
    for (const auto node : at_flag("--force", [&] { return forced(graph, name); }))
      prepared->force.push_back(graph.nodes()[node].name);
  }
  prepared->store = command.store;
  prepared->same_numerics = command.same_numerics;
  return prepared;
}

int run_command(const RunCommand& command, Signals& signals) {
  return run_prepared(*prepare(command), command, signals);
}

int run_prepared(const Prepared& prepared, const RunCommand& command, Signals& signals,
                 const std::vector<Event>& first) {
  if (command.dry_run) return plan_prepared(prepared, command);
  Console console(command.json      ? Voice::json
                  : command.quiet   ? Voice::quiet
                  : command.verbose ? Voice::chatty
                                    : Voice::normal);
  for (const auto& event : first) console.event(event);
  const auto result = run_pipeline(prepared.graph, {.store = command.store,
                                                    .output_dir = command.output_dir,
                                                    .name = command.name,
                                                    .threads = command.threads,
                                                    .device = prepared.device.name,
                                                    .force = prepared.force,
                                                    .same_numerics = prepared.same_numerics,
                                                    .tensorboard = command.tensorboard,
                                                    .mlflow = command.mlflow,
                                                    .stop = signals.token(),
                                                    .keep_going = command.keep_going,
                                                    .report = &console});
  const bool talks = !command.json && !command.quiet;
  if (result.run.error) {
    for (const auto& error : result.run.later_errors) std::fprintf(stderr, "%s\n", error.what());
    if (talks) std::printf("%s", result.summary.c_str());
    if (talks && !result.failed.empty())
      std::printf("what happened is in %s\n", (result.failed / "run.log").c_str());
    throw *result.run.error;
  }
  if (result.run.stopped) {
    std::fprintf(stderr, "%s\n", interrupted_text(store_folder(command.store), result.failed).c_str());
    return 130;
  }
  const auto whole = "the run itself is whole, in " + result.directory.string();
  remember_as_whole(whole);
  if (talks) {
    std::printf("%sresults in %s  (%s)\n", result.summary.c_str(), result.directory.c_str(),
                duration_text(result.seconds).c_str());
  }
  if (result.tracker_error) {
    throw Error(std::string(result.tracker_error->what()) + "; " + whole);
  }
  return 0;
}

int plan_command(const RunCommand& command) {
  return plan_prepared(*prepare(command), command);
}

int plan_prepared(const Prepared& prepared, const RunCommand& command) {
  const auto planned = prepared.planned();
  if (command.json) {
    print_plan_json(prepared.graph, planned);
  } else {
    print_plan(prepared.graph, planned);
  }
  return 0;
}

}  // namespace fovea
