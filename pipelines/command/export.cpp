#include <CLI/CLI.hpp>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/run_export.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/standard_output.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/running_folder.hpp"
#include "runtime/store/lease.hpp"
#include "runtime/warnings.hpp"

namespace fovea {
namespace {

int export_pipeline(const RunCommand& command) {
  const auto prepared = prepare(command);
  const auto& graph = prepared->graph;
  const auto name = command.name.empty() ? graph.name() : command.name;
  expect_run_name(name);
  Store store(store_folder(command.store), warn_on_stderr);
  const auto lease = Lease::of_run(store.writes() / "leases");
  // What is found damaged is set aside, and the second time the plan names its stage.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto records = records_of(graph, prepared->planned());
    const auto log = "made from " + store.root().string() + "; no stage ran\n";
    const auto directory = export_run(graph, records, store, command.output_dir, {name, log});
    if (!directory) continue;
    remember_as_whole("the run directory is whole, in " + directory->string());
    std::printf("results in %s\n", directory->c_str());
    return 0;
  }
  throw Error(store.root().string() + ": objects are lost while they are read; look at the disk");
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("export", "make the run directory of a pipeline from the store alone");
  const auto command = std::make_shared<RunCommand>();
  add_pipeline_options(*verb, *command);
  add_directory_options(*verb, *command);
  verb->callback([command, &chosen] { chosen = [command](Signals&) { return export_pipeline(*command); }; });
}

}  // namespace fovea
