#include "pipelines/run/run_pipeline.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "pipelines/run/console.hpp"
#include "pipelines/run/run_export.hpp"
#include "pipelines/run/run_summary.hpp"
#include "pipelines/run/usage.hpp"
#include "pipelines/tracking/mlflow.hpp"
#include "pipelines/tracking/tensorboard.hpp"
#include "runtime/context.hpp"
#include "runtime/foreign_error.hpp"
#include "runtime/log.hpp"
#include "runtime/running_folder.hpp"
#include "runtime/store/lease.hpp"
#include "stages/model/blas.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// The largest number of runs if results are lost during the export.
constexpr int most_attempts = 3;

/// What the run directory says of a run beside its results.
RunNotes notes_of(const RunResult& run, const std::string& name, std::string log) {
  RunNotes notes{name, std::move(log)};
  for (std::size_t i = 0; i < run.nodes.size(); ++i) {
    if (run.nodes[i].end == End::ran) notes.ran.insert(i);
  }
  return notes;
}

/// Runs a pipeline until all of it is exported, to a folder whose path is stored in the result, or until it
/// fails or is stopped.
class Attempts {
 public:
  Attempts(const Graph& graph, Store& store, const World& world, Log& log, RunOptions run_options)
      : graph_(graph), store_(store), world_(world), log_(log), run_options_(std::move(run_options)) {
    world_.digest = [digest = world.digest, stop = run_options_.stop](const std::filesystem::path& file) {
      if (stop.stop_requested()) throw Stopped();
      return digest(file);
    };
  }

  /// Returns whether the run succeeded and all of it is exported.
  bool run(const PipelineOptions& options, const std::string& name, PipelineResult& result) try {
    for (int attempt = 1; attempt <= most_attempts; ++attempt) {
      result.run = fovea::run(graph_, store_, world_, libraries_, log_, run_options_);
      if (!result.run.done()) return false;
      const auto records = result.run.records();
      const auto written = options.files_in ? export_files(graph_, records, store_, *options.files_in)
                                            : export_run(graph_, records, store_, options.output_dir,
                                                         notes_of(result.run, name, log_.text()));
      if (written) {
        result.directory = *written;
        return true;
      }
      run_options_.force.clear();
    }
    result.run.error =
        Error(store_.root().string() + ": objects are lost as fast as they are made; look at the disk");
    return false;
  } catch (const Stopped&) {
    result.run.stopped = true;
    return false;
  } catch (const std::exception& error) {
    result.run.error = as_error(error);
    return false;
  }

 private:
  const Graph& graph_;
  Store& store_;
  World world_;
  Log& log_;
  RunOptions run_options_;
  Libraries libraries_{[this](const std::string&) {
    prepare_numerics();
    if (const auto slow = blas_warning(blas_here()); !slow.empty()) log_.event({"warning", "", slow});
  }};
};

/// Completes the log of a run that did not succeed, and keeps it if any stage had started; without `running`
/// it is only told.
void keep_log(PipelineResult& result, Log& log, RunningFolder* running, const Store& store,
              const Json& metrics) {
  const auto& nodes = result.run.nodes;
  const bool began = std::any_of(nodes.begin(), nodes.end(), [](const NodeResult& node) {
    return node.end == End::ran || node.end == End::failed || node.end == End::stopped;
  });
  if (!began) return;
  if (running != nullptr) result.failed = running->keep_as_failed();
  const auto kept = "finished stages and saved progress are in " + store.root().string();
  const auto go_on = kept + ", and the same command goes on from there";
  const auto directory = result.failed.string();
  if (result.run.error) {
    const std::string error = result.run.error->what();
    log.event({"run_failed",
               "",
               error + "; " + (may_pass(*result.run.error) ? go_on : kept),
               {{"error", error}, {"directory", directory}, {"metrics", metrics}}});
  } else {
    log.event({"stopped", "", "interrupted; " + go_on, {{"directory", directory}}});
  }
}

/// Reports the stages that a failed run left out, and summarises the others; returns their metrics.
Json report_left_out(const Graph& graph, PipelineResult& result, Store& store, Log& log) {
  for (const auto& [node, because] : left_out(graph, result.run)) {
    log.event({"stage_left_out",
               graph.nodes()[node].name,
               "is left out, because of " + join(because, ", "),
               {{"because", because}}});
  }
  result.summary = run_summary(graph, result.run, store);
  return metrics_of(graph, result.run, store);
}

/// Exports the finished run to the trackers.
void export_to_trackers(const Graph& graph, PipelineResult& result, Store& store, LiveTensorBoard* live,
                        const std::filesystem::path& mlflow) try {
  const auto records = result.run.records();
  if (live != nullptr) live->finish(graph, records, store);
  if (!mlflow.empty()) write_mlflow(graph, records, store, result.directory, mlflow);
} catch (const std::exception& error) {
  result.tracker_error = as_error(error);
}

/// Reports the start of the run, and the `each` values of every copy of a training.
void report_start(const Graph& graph, const std::string& device, Report& report) {
  Json each = Json::object();
  for (const auto& node : graph.nodes()) {
    if (!node.each.empty()) each[node.name] = node.each;
  }
  report.event({"run_started",
                "",
                "",
                {{"pipeline", graph.name()},
                 {"seed", graph.seed()},
                 {"stages", graph.nodes().size()},
                 {"device", device},
                 {"each", std::move(each)}}});
  for (const auto& node : graph.nodes()) {
    if (node.stage->horizon == nullptr || node.each.empty()) continue;
    report.event({"copy", node.name, values_in_words(node.each), {{"each", node.each}}});
  }
}

}  // namespace

std::filesystem::path store_folder(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  const char* named = std::getenv("FOVEA_STORE");
  return named != nullptr && *named != '\0' ? named : ".fovea";
}

PipelineResult run_pipeline(const Graph& graph, const PipelineOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto device = at("device", [&] { return compute_device(options.device); });
  const auto name = options.name.empty() ? graph.name() : options.name;
  expect_run_name(name);
  expect_utf8_here();
  Console console(Voice::normal);
  Report& told = options.report != nullptr ? *options.report : console;
  std::optional<LiveTensorBoard> live;
  if (!options.tensorboard.empty()) live.emplace(told, options.tensorboard, graph.name());
  if (!options.mlflow.empty()) expect_mlflow_folder(options.mlflow);
  Log log(live ? *live : told);
  Store store(store_folder(options.store), [&log](const std::string& line) {
    log.event({"warning", "", line});
  });
  const auto lease = Lease::of_run(store.writes() / "leases");
  const auto world = world_of(store, [&](const Node& node) { return numerics(node, device); });
  RunningFolder running(options.output_dir, name);
  log.grow_in(running.path() / "run.log");
  for (const auto& kept : running.kept_of_killed()) {
    log.event({"killed_run",
               "",
               "an earlier run was killed; what had happened is in " + kept.string(),
               {{"directory", kept.string()}}});
  }
  report_start(graph, device.name, log);

  PipelineResult result;
  const RunOptions how{.threads = options.threads > 0 ? options.threads : std::thread::hardware_concurrency(),
                       .device = device.name,
                       .force = options.force,
                       .same_numerics = options.same_numerics,
                       .stop = options.stop,
                       .keep_going = options.keep_going,
                       .expect_can_run = [&](const Node& node) { expect_can_run(node, device); },
                       .live = running.path()};
  if (!Attempts(graph, store, world, log, how).run(options, name, result)) {
    Json metrics = Json::object();
    if (result.run.error && options.keep_going) metrics = report_left_out(graph, result, store, log);
    keep_log(result, log, options.files_in ? nullptr : &running, store, metrics);
    return result;
  }
  export_to_trackers(graph, result, store, live ? &*live : nullptr, options.mlflow);
  result.summary = run_summary(graph, result.run, store);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  result.seconds = spent.count();
  log.event({"run_finished",
             "",
             "",
             {{"directory", result.directory.string()},
              {"seconds", result.seconds},
              {"metrics", metrics_of(graph, result.run, store)}}});
  return result;
}

}  // namespace fovea
