#include "pipelines/run_pipeline.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "pipelines/console.hpp"
#include "pipelines/run_summary.hpp"
#include "pipelines/tracking/mlflow.hpp"
#include "pipelines/tracking/tensorboard.hpp"
#include "runtime/log.hpp"
#include "runtime/run_directory.hpp"
#include "runtime/store/lease.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

/// A pipeline with results that are lost while they are exported is run again so often.
constexpr int most_attempts = 3;

}  // namespace

std::filesystem::path store_folder(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  const char* named = std::getenv("FOVEA_STORE");
  return named != nullptr && *named != '\0' ? named : ".fovea";
}

PipelineResult run_pipeline(const Graph& graph, const PipelineOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto device = at("device", [&] { return compute_device(options.device); });
  Console console(Voice::normal);
  Report& told = options.report != nullptr ? *options.report : console;
  std::optional<LiveTensorBoard> live;
  if (!options.tensorboard.empty()) live.emplace(told, options.tensorboard, graph.name());
  if (!options.mlflow.empty()) expect_mlflow_folder(options.mlflow);
  Log log(live ? *live : told);
  Store store(store_folder(options.store), [&log](const std::string& line) {
    log.event({"warning", "", line});
  });
  const auto running = Lease::of_run(store.writes() / "leases");
  const auto world = world_of(store, [&](const std::string&) { return numerics(device); });
  Libraries libraries([](const std::string&) { prepare_numerics(); });
  const auto name = options.name.empty() ? graph.name() : options.name;
  RunOptions how{.threads = options.threads > 0 ? options.threads : std::thread::hardware_concurrency(),
                 .device = device.name,
                 .force = options.force,
                 .stop = options.stop,
                 .live = options.output_dir / (name + "_running")};
  log.event({"run_started",
             "",
             "",
             {{"pipeline", graph.name()},
              {"seed", graph.seed()},
              {"stages", graph.nodes().size()},
              {"device", device.name}}});

  PipelineResult result;
  for (int attempt = 1; result.directory.empty(); ++attempt) {
    result.run = run(graph, store, world, libraries, log, how);
    if (!result.run.done()) return result;
    const auto written = write_run_directory(
        graph, result.run, store, options.output_dir, name, log.text(),
        [&](const auto& folder) { return write_tensorboard(graph, result.run, store, folder); });
    if (written) result.directory = *written;
    if (!written && attempt == most_attempts) {
      throw Error(store.root().string() + ": objects are lost as fast as they are made; look at the disk");
    }
    how.force.clear();
  }
  std::error_code failed;
  std::filesystem::remove_all(how.live, failed);
  if (failed) log.event({"warning", "", how.live.string() + ": is left there: " + failed.message()});
  if (live) live->finish(graph, result.run, store);
  if (!options.mlflow.empty()) write_mlflow(graph, result.run, store, result.directory, options.mlflow);
  result.summary = run_summary(graph, result.run, store);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  result.seconds = spent.count();
  log.event(
      {"run_finished", "", "", {{"directory", result.directory.string()}, {"seconds", result.seconds}}});
  return result;
}

}  // namespace fovea
