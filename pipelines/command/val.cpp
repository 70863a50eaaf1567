#include <CLI/CLI.hpp>

#include "pipelines/command/options.hpp"
#include "pipelines/command/run.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/model_file.hpp"
#include "pipelines/run/scoring_graph.hpp"
#include "pipelines/run/usage.hpp"

namespace fovea {
namespace {

/// The arguments of `fovea val`.
struct ValCommand {
  std::string model;
  ScoringRequest request;
  RunCommand run;  ///< without a pipeline
};

int val(const ValCommand& command, Signals& signals) {
  if (command.request.figures && command.run.files_in->empty())
    throw UsageError("--figures: nowhere to draw them; give a folder with --save-dir");
  const auto prepared = prepare(command.run, [&](const Registry& registry) {
    auto request = command.request;
    request.model = model_file(command.model);
    return scoring_graph(request, registry);
  });
  return run_prepared(*prepared, command.run, signals);
}

}  // namespace

void add_val(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("val", "score a trained model again, on its own data or on other: fovea val RUN");
  const auto command = std::make_shared<ValCommand>();
  auto& run = command->run;
  run.files_in.emplace();
  verb->add_option("MODEL", command->model, "a model file, or a run directory, or latest")->required();
  verb->add_option("--data", command->request.data,
                   "other data: a path, or a name that `fovea datasets` lists")
      ->type_name("NAME|PATH");
  verb->add_option("--part", command->request.part, "test, validation or all [test; of other data, all]")
      ->type_name("PART")
      ->check(word_of({"test", "validation", "all"}));
  verb->add_option("--save-dir", *run.files_in,
                   "a folder for metrics.json, classification_report.csv, predictions.csv")
      ->type_name("DIR");
  verb->add_flag("--figures", command->request.figures,
                 "draw the figures of predictions and metrics as well");
  add_precision_option(*verb, command->request.precision, "that of the run");
  add_store_option(*verb, run.store);
  verb->add_option("--device", run.device, "auto, cpu, cuda or cuda:N; auto = a GPU where there is one")
      ->type_name("DEVICE");
  verb->add_option("--threads", run.threads, "for data and drawing (default: one for each core)")
      ->type_name("N")
      ->check(whole(1, 1024));
  add_plugin_option(*verb, run.plugins);
  verb->add_flag("--json", run.json, "one JSON object a line on stdout");
  verb->add_flag("-q", run.quiet, "say nothing but warnings and errors");
  verb->callback(
      [command, &chosen] { chosen = [command](Signals& signals) { return val(*command, signals); }; });
}

}  // namespace fovea
