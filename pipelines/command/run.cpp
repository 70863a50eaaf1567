#include "pipelines/command/run.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/plan.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/standard_output.hpp"

namespace fovea {
namespace {

/// Returns the message after an interruption: where results are, and how to resume.
std::string interrupted_text(const std::filesystem::path& store, const std::filesystem::path& failed) {
  return "interrupted; finished stages and saved progress are in " + store.string() +
         (failed.empty() ? "" : ", the log is in " + failed.string()) +
         ", and the same command goes on from there";
}

}  // namespace

int run_prepared(const Prepared& prepared, const RunCommand& command, Signals& signals,
                 const std::vector<Event>& first) {
  if (command.dry_run) {
    print_plan(prepared, command.json);
    return 0;
  }
  Console console(command.json      ? Voice::json
                  : command.quiet   ? Voice::quiet
                  : command.verbose ? Voice::chatty
                                    : Voice::normal);
  for (const auto& event : first) console.event(event);
  const auto result = run_pipeline(prepared.graph, {.store = command.store,
                                                    .output_dir = command.output_dir,
                                                    .files_in = command.files_in,
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
  const auto whole = result.directory.empty() ? std::string("the run itself is whole")
                                              : "the run itself is whole, in " + result.directory.string();
  remember_as_whole(whole);
  if (talks) {
    std::printf("%s%s  (%s)\n", result.summary.c_str(),
                result.directory.empty() ? "done" : ("results in " + result.directory.string()).c_str(),
                duration_text(result.seconds).c_str());
  }
  if (result.tracker_error) {
    throw Error(std::string(result.tracker_error->what()) + "; " + whole);
  }
  return 0;
}

void add_run(CLI::App& app, Action& chosen) {
  add_pipeline_verb(app, "run", "run a saved pipeline: what is in the store is not computed again", chosen,
                    [](const RunCommand& command, Signals& signals) {
                      return run_prepared(*prepare(command), command, signals);
                    });
}

}  // namespace fovea
