#include <cstdio>
#include <cstdlib>

#include "pipelines/commands.hpp"
#include "pipelines/console.hpp"
#include "pipelines/definition_file.hpp"
#include "pipelines/run_pipeline.hpp"
#include "stages/list.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// "hit", "run" or "partial".
const char* status_word(Status status) {
  return status == Status::hit ? "hit" : status == Status::run ? "run" : "partial";
}

void print_plan_json(const Graph& graph, const std::vector<Planned>& planned) {
  for (std::size_t i = 0; i < planned.size(); ++i) {
    Json line = {{"stage", graph.nodes()[i].name},
                 {"status", status_word(planned[i].status)},
                 {"progress", planned[i].progress.empty() ? Json(nullptr) : Json(planned[i].progress)},
                 {"why", planned[i].why},
                 {"seconds", planned[i].seconds ? Json(*planned[i].seconds) : Json(nullptr)}};
    std::printf("%s\n", line.dump().c_str());
  }
}

void print_plan(const Graph& graph, const std::vector<Planned>& planned) {
  std::size_t width = 5;
  std::size_t status_width = 3;
  double seconds = 0;
  std::size_t runs = 0;
  std::vector<std::string> statuses;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    statuses.emplace_back(status_word(planned[i].status));
    if (!planned[i].progress.empty()) statuses.back() += " (" + planned[i].progress + ")";
    width = std::max(width, graph.nodes()[i].name.size());
    status_width = std::max(status_width, statuses.back().size());
  }
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const auto last = planned[i].seconds ? duration_text(*planned[i].seconds) : "";
    const auto gap = planned[i].why.empty() ? "" : "  ";
    std::printf("  %-*s  %-*s  %10s%s%s\n", static_cast<int>(width), graph.nodes()[i].name.c_str(),
                static_cast<int>(status_width), statuses[i].c_str(), last.c_str(), gap,
                planned[i].why.c_str());
    if (planned[i].status == Status::hit) continue;
    ++runs;
    seconds += planned[i].seconds.value_or(0);
  }
  if (runs == 0) {
    std::printf("everything is there already\n");
    return;
  }
  std::printf("%zu of %zu stages to run%s\n", runs, planned.size(),
              seconds > 0 ? ("; they took " + duration_text(seconds) + " last time").c_str() : "");
}

}  // namespace

Store Prepared::open_store() const {
  return Store(store_folder(store),
               [](const std::string& line) { std::fprintf(stderr, "warning: %s\n", line.c_str()); });
}

std::vector<Planned> Prepared::planned() const {
  auto opened = open_store();
  return plan(graph, world_of(opened, [&](const std::string&) { return numerics(device); }), force);
}

std::unique_ptr<Prepared> prepare(const RunCommand& command) {
  return prepare(command, [&](const Registry& registry) {
    return read_definition_file(command.pipeline, command.settings, registry);
  });
}

std::unique_ptr<Prepared> prepare(const RunCommand& command,
                                  const std::function<Graph(const Registry&)>& read_graph) {
  auto prepared = std::make_unique<Prepared>();
  prepared->device = at("--device", [&] { return compute_device(command.device); });
  prepared->registry = all_stages();
  for (const auto& plugin : command.plugins) load_plugin(plugin, prepared->registry);
  auto& graph = prepared->graph;
  graph = read_graph(prepared->registry);
  if (!command.until.empty()) {
    const auto last = at("--until", [&] { return graph.find_all(command.until); });
    graph = graph.only(graph.needed_by(last));
  }
  for (const auto& name : command.force) {
    for (const auto node : at("--force", [&] { return graph.find_all(name); }))
      prepared->force.push_back(graph.nodes()[node].name);
  }
  prepared->store = command.store;
  return prepared;
}

int run_command(const RunCommand& command, std::stop_token stop) {
  return run_prepared(*prepare(command), command, std::move(stop));
}

int run_prepared(const Prepared& prepared, const RunCommand& command, std::stop_token stop,
                 const std::vector<Event>& first) {
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
                                                    .tensorboard = command.tensorboard,
                                                    .mlflow = command.mlflow,
                                                    .stop = std::move(stop),
                                                    .report = &console});
  if (result.run.error) throw *result.run.error;
  if (result.run.stopped) {
    console.event({"stopped", "", "", {}});
    std::fprintf(stderr, "interrupted; finished stages are kept, and the same command goes on from there\n");
    return 130;
  }
  if (command.json || command.quiet) return 0;
  std::printf("%sresults in %s  (%s)\n", result.summary.c_str(), result.directory.c_str(),
              duration_text(result.seconds).c_str());
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
