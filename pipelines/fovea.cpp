#include <CLI/CLI.hpp>
#include <cstdio>

#include "graph/error.hpp"
#include "pipelines/commands.hpp"
#include "pipelines/signals.hpp"

namespace {

constexpr const char* store_help = "folder of the cache (default: FOVEA_STORE, or .fovea)";

void add_pipeline_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("PIPELINE", command.pipeline, "a saved pipeline, such as pipeline.json")->required();
  app.add_option("--set", command.settings, "change one parameter: stage.param=VALUE, or seed=VALUE")
      ->allow_extra_args(false);
  app.add_option("--until", command.until, "run only what this stage needs, and it");
  app.add_option("--store", command.store, store_help);
  app.add_option("--plugin", command.plugins, "a shared library with stages of one's own")
      ->allow_extra_args(false);
}

void add_run_options(CLI::App& app, fovea::RunCommand& command) {
  add_pipeline_options(app, command);
  app.add_option("--force", command.force, "run this stage even where its result is there")
      ->allow_extra_args(false);
  app.add_option("--name", command.name, "name of the run directory (default: the pipeline's)");
  app.add_option("--output-dir", command.output_dir, "folder for run directories")->capture_default_str();
  app.add_option("--threads", command.threads, "threads for data and drawing (default: one for each core)")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--json", command.json, "one JSON object a line on stdout");
  auto* quiet = app.add_flag("-q", command.quiet, "say nothing but warnings and errors");
  app.add_flag("-v", command.verbose, "also say when each stage starts and ends")->excludes(quiet);
}

/// The commands of the program; the one that is chosen sets `chosen`.
struct Commands {
  fovea::RunCommand command;
  std::string stage;
  bool json = false;
  std::string output;
  std::string file;
  fovea::StoreCommand holdings;
  int kills = 10;
  std::function<int(std::stop_token)> chosen;

  void add_to(CLI::App& app) {
    auto* run = app.add_subcommand("run", "run a saved pipeline: what is in the cache is not computed again");
    add_run_options(*run, command);
    run->callback(
        [this] { chosen = [this](std::stop_token stop) { return fovea::run_command(command, stop); }; });

    auto* plan = app.add_subcommand("plan", "tell what a run would do, and why, without doing it");
    add_run_options(*plan, command);
    plan->callback([this] { chosen = [this](const auto&) { return fovea::plan_command(command); }; });

    auto* verify = app.add_subcommand(
        "verify-resume", "prove that interrupted training ends in the same bytes as uninterrupted");
    add_pipeline_options(*verify, command);
    verify->add_option("--kills", kills, "how often it is killed")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    verify->callback(
        [this] { chosen = [this](const auto&) { return fovea::verify_resume_command(command, kills); }; });

    auto* stages = app.add_subcommand("stages", "list the stages, or show one with its ports and parameters");
    stages->add_option("NAME", stage, "a stage");
    stages->add_flag("--json", json, "one JSON object a line");
    stages->callback([this] { chosen = [this](const auto&) { return fovea::stages_command(stage, json); }; });

    auto* datasets = app.add_subcommand(
        "datasets", "list the formats of data, or tell what a path holds: sizes, classes, broken files");
    datasets->add_option("PATH", file, "a folder, or a .csv or .npz file");
    datasets->add_flag("--json", json, "one JSON object");
    datasets->callback(
        [this] { chosen = [this](const auto&) { return fovea::datasets_command(file, json); }; });

    auto* schema = app.add_subcommand("schema", "print a JSON Schema of saved pipelines, for editors");
    schema->callback([this] { chosen = [](const auto&) { return fovea::schema_command(); }; });

    auto* graph =
        app.add_subcommand("graph", "draw a pipeline, with the stages marked that are in the cache");
    add_pipeline_options(*graph, command);
    graph->add_option("-o,--output", output, "FILE.svg, .png, .pdf, .dot or .txt (default: text on stdout)");
    graph->callback(
        [this] { chosen = [this](const auto&) { return fovea::graph_command(command, output); }; });

    add_store_to(app);
    auto* explain =
        app.add_subcommand("explain", "tell what an exported file came from, and how to make it again");
    explain->add_option("FILE", file, "a figure, table or model of a run directory, wherever it is now")
        ->required();
    explain->add_option("--store", holdings.store, store_help);
    explain->add_flag("--json", holdings.json, "one JSON object");
    explain->callback([this] {
      chosen = [this](const auto&) { return fovea::explain_command(file, holdings.store, holdings.json); };
    });
  }

  void add_store_to(CLI::App& app) {
    auto* store = app.add_subcommand("store", "look after the cache");
    store->require_subcommand(1);
    const auto add = [&](const char* name, const char* doc, int (*what)(const fovea::StoreCommand&)) {
      auto* one = store->add_subcommand(name, doc);
      one->add_option("--store", holdings.store, store_help);
      one->callback([this, what] { chosen = [this, what](const auto&) { return what(holdings); }; });
      return one;
    };
    auto* ls = add("ls", "list results: age, time, size, what they were", fovea::store_ls_command);
    ls->add_flag("--json", holdings.json, "one JSON object a line");
    ls->add_flag("--nondeterministic", holdings.nondeterministic,
                 "only stages that gave two results under one key");
    add("verify", "digest everything anew, and set aside what is damaged", fovea::store_verify_command);
    auto* gc = add("gc", "free space, what is cheapest to compute again first", fovea::store_gc_command);
    gc->add_option("--max-size", holdings.max_size, "objects go until so much is left, as 500MB or 2GiB");
    gc->add_option("--max-age", holdings.max_age, "what is older goes, as 12h or 30d");
    gc->add_option("--keep-run", holdings.keep_runs, "a run directory's name, whose results stay")
        ->allow_extra_args(false);
    gc->add_flag("--dry-run", holdings.dry_run, "only tell what would go");
  }
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Fovea trains image classifiers as a dataflow.", "fovea");
  app.require_subcommand(1);
  Commands commands;
  commands.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    const fovea::Signals signals;
    return commands.chosen(signals.token());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
