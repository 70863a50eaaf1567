#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "graph/error.hpp"
#include "pipelines/commands.hpp"
#include "pipelines/signals.hpp"
#include "pipelines/train/augmentation.hpp"
#include "pipelines/train/data_source.hpp"
#include "stages/list.hpp"

namespace {

constexpr const char* store_help = "folder of the cache (default: FOVEA_STORE, or .fovea)";

/// What every command that has a pipeline takes, wherever that comes from.
void add_graph_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("--set", command.settings,
                 "change one parameter: stage.param=VALUE, or seed=VALUE, or each.seed=[VALUE,...]")
      ->allow_extra_args(false);
  app.add_option("--until", command.until, "run only what this stage needs, and it");
  app.add_option("--store", command.store, store_help);
  app.add_option(
         "--device", command.device,
         "where LibTorch computes: auto, cpu, cuda or cuda:N; auto = the first CUDA device that there is, "
         "or else the CPU")
      ->capture_default_str();
  app.add_option("--plugin", command.plugins, "a shared library with stages of one's own")
      ->allow_extra_args(false);
}

void add_pipeline_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("PIPELINE", command.pipeline, "a saved pipeline, such as pipeline.json")->required();
  add_graph_options(app, command);
}

void add_run_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("--force", command.force, "run this stage even where its result is there")
      ->allow_extra_args(false);
  app.add_option("--name", command.name, "name of the run directory (default: the pipeline's)");
  app.add_option("--output-dir", command.output_dir, "folder for run directories")->capture_default_str();
  app.add_option("--tensorboard", command.tensorboard,
                 "a folder where event files grow while training runs, for tensorboard --logdir")
      ->type_name("DIR");
  app.add_option("--mlflow", command.mlflow,
                 "a folder of MLflow's, such as mlruns, that gets the run as well")
      ->type_name("DIR");
  app.add_option("--threads", command.threads, "threads for data and drawing (default: one for each core)")
      ->check(CLI::Range(1, 1024));
  app.add_flag("--json", command.json, "one JSON object a line on stdout");
  auto* quiet = app.add_flag("-q", command.quiet, "say nothing but warnings and errors");
  app.add_flag("-v", command.verbose, "also say when each stage starts and ends")->excludes(quiet);
}

/// The flags of parameters, each under its heading, as they were typed and in that order.
void add_train_flags(CLI::App& app, std::vector<fovea::TypedFlag>& typed) {
  for (const auto& offered : fovea::offered_flags(fovea::all_stages())) {
    CLI::Option* option = nullptr;
    if (offered.is_switch) {
      option = app.add_flag_callback(
          offered.flag.name,
          [offered, &typed] {
            typed.push_back({offered, offered.given});
          },
          offered.doc);
    } else {
      option = app.add_option_function<std::string>(
          offered.flag.name,
          [offered, &typed](const std::string& value) {
            typed.push_back({offered, value});
          },
          offered.doc);
      option->type_name("VALUE");
    }
    option->group(offered.flag.group);
  }
}

template <class Named>
std::string names_and_docs(const std::vector<Named>& all) {
  std::string text;
  for (const auto& one : all) text += "\n" + one.name + ": " + one.doc;
  return text;
}

void add_train_options(CLI::App& app, fovea::TrainCommand& command) {
  auto& request = command.request;
  app.add_option(
         "--dataset", request.dataset,
         "the path of data, whose format is found out, or a name" + names_and_docs(fovea::named_data()))
      ->type_name("NAME|PATH");
  app.add_option("--model", request.model, "the network, as `fovea models` lists them [simple_cnn]")
      ->type_name("NAME");
  app.add_option("--config", request.config,
                 "a saved pipeline to begin with; what is typed here changes it, and nothing else does")
      ->type_name("FILE");
  app.add_option("--save-pipeline", command.save_pipeline,
                 "write the pipeline to a file for `fovea run`, then run it all the same")
      ->type_name("FILE");
  app.add_flag("--dry-run", command.dry_run, "only tell what would run, as `fovea plan` does");
  app.add_option("--seeds", request.seeds,
                 "train with so many seeds, from --seed upwards, and summarise what they reach")
      ->type_name("N");
  app.add_option("--folds", request.folds,
                 "cross-validate: train once for each of so many folds, and summarise what they reach")
      ->type_name("K");
  app.add_flag("--find-lr", request.find_rate,
               "try rising learning rates for a few steps in place of training, and suggest one");
  app.add_flag_callback(
      "--no-visualization", [&request] { request.figures = false; }, "leave out every stage that only draws");
  app.add_flag_callback(
      "--no-classification-viz", [&request] { request.classification_figures = false; },
      "leave out the drawings of predictions and metrics");
  app.add_option("--augment", request.augment,
                 "what is done to training images: a list of ops as JSON, or a preset [auto]" +
                     names_and_docs(fovea::augmentation_presets()))
      ->type_name("VALUE")
      ->group("Data");
  app.add_option("--image-size", request.image_size,
                 "pixels, as 64 or 64x96 (height and width); other images are made so [that of the data]")
      ->type_name("VALUE")
      ->group("Data");
  add_train_flags(app, request.flags);
}

/// The commands of the program; the one that is chosen sets `chosen`.
struct Commands {
  fovea::RunCommand command;
  fovea::TrainCommand training;
  std::string architecture;
  std::string input;
  std::int64_t classes = 10;
  std::string stage;
  bool json = false;
  std::string output;
  std::string file;
  fovea::StoreCommand holdings;
  int kills = 10;
  std::function<int(std::stop_token)> chosen;

  void add_to(CLI::App& app) {
    auto* run = app.add_subcommand("run", "run a saved pipeline: what is in the cache is not computed again");
    add_pipeline_options(*run, command);
    add_run_options(*run, command);
    run->callback(
        [this] { chosen = [this](std::stop_token stop) { return fovea::run_command(command, stop); }; });

    auto* plan = app.add_subcommand("plan", "tell what a run would do, and why, without doing it");
    add_pipeline_options(*plan, command);
    add_run_options(*plan, command);
    plan->callback([this] { chosen = [this](const auto&) { return fovea::plan_command(command); }; });

    auto* train = app.add_subcommand(
        "train", "compose a classification pipeline from flags and run it: fovea train --dataset NAME|PATH");
    add_train_options(*train, training);
    add_graph_options(*train, command);
    add_run_options(*train, command);
    train->callback([this] {
      training.request.settings = command.settings;
      training.run = command;
      chosen = [this](std::stop_token stop) { return fovea::train_command(training, stop); };
    });

    auto* models = app.add_subcommand(
        "models", "list the architectures with their parameter counts, or show the layers of one");
    models->add_option("NAME", architecture, "an architecture");
    models->add_option("--input", input,
                       "channels, height and width of images (default: 3x32x32 or 3x224x224)");
    models->add_option("--classes", classes, "how many classes come out")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    models->add_flag("--json", json, "one JSON object a line");
    models->callback([this] {
      chosen = [this](const auto&) { return fovea::models_command(architecture, input, classes, json); };
    });

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

/// The command that was typed, a subcommand of a subcommand where there is one.
const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

/// What is wrong with arguments that no command expects, with the nearest flag.
std::string unexpected(const CLI::App& app) {
  const auto& command = deepest(app);
  std::vector<std::string> flags;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
  }
  auto place = command.get_name();
  for (const auto* above = command.get_parent(); above != nullptr; above = above->get_parent())
    place = above->get_name() + " " + place;
  const auto rest = app.remaining(true);
  const auto is_flag = [](const std::string& text) { return text.starts_with("-"); };
  const auto first = std::find_if(rest.begin(), rest.end(), is_flag);
  if (first == rest.end()) return place + ": " + fovea::quote(rest.front()) + " was not expected; see --help";
  const auto name = first->substr(0, first->find('='));
  const auto near = fovea::nearest(name, flags);
  return place + ": unknown flag " + fovea::quote(name) +
         (near.empty() ? "; see --help" : "; did you mean " + fovea::quote(near) + "?");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Fovea trains image classifiers as a dataflow.", "fovea");
  app.require_subcommand(1);
  Commands commands;
  commands.add_to(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    std::fprintf(stderr, "%s\n", unexpected(app).c_str());
    return 2;
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
