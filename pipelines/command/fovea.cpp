#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>

#include "graph/setting.hpp"
#include "pipelines/command/words.hpp"
#include "pipelines/command/commands.hpp"
#include "pipelines/run/standard_output.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/foreign_error.hpp"
#include "stages/list.hpp"

namespace {

constexpr const char* store_help = "folder of the cache (default: FOVEA_STORE, or .fovea)";

/// A rule for whole numbers whose errors are told as those of parameters are.
CLI::Validator whole(long least, long most) {
  return {[least, most](std::string& text) {
            long number = 0;
            const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
            const auto range = "; it must be from " + std::to_string(least) + " to " + std::to_string(most);
            if (end != text.data() + text.size() || text.empty()) {
              const auto value = fovea::value_of_text(text);
              if (!value.is_number()) return "expected a whole number, got " + fovea::quote(text);
              const std::string place = "flag: ";  // the library puts the flag's own name in front
              return fovea::with_number_as_written(
                         place + "expected a whole number, got " + fovea::shown(value) + range, text, "flag")
                  .substr(place.size());
            }
            if (failed == std::errc{} && number >= least && number <= most) return std::string();
            return text + " is not allowed" + range;
          },
          "", "whole"};
}

void add_plugin_option(CLI::App& app, std::vector<std::filesystem::path>& plugins) {
  app.add_option("--plugin", plugins, "a shared library with stages of one's own")
      ->type_name("FILE.so")
      ->allow_extra_args(false);
}

/// What every command that has a pipeline takes, wherever that comes from.
void add_graph_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("--set", command.settings, "change a parameter: stage.param=VALUE, seed=VALUE, ...")
      ->type_name("PLACE=VALUE")
      ->allow_extra_args(false);
  app.add_option("--until", command.until, "run only what this stage needs, and it")->type_name("STAGE");
  app.add_option("--store", command.store, store_help)->type_name("DIR");
  app.add_option("--device", command.device, "auto, cpu, cuda or cuda:N; auto = a GPU where there is one")
      ->type_name("DEVICE");
  add_plugin_option(app, command.plugins);
}

void add_pipeline_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("PIPELINE", command.pipeline, "a saved pipeline, such as pipeline.json")->required();
  add_graph_options(app, command);
}

void add_run_options(CLI::App& app, fovea::RunCommand& command) {
  app.add_option("--force", command.force, "run a stage, or all, even where the result is there")
      ->type_name("STAGE|all")
      ->allow_extra_args(false);
  app.add_flag("--keep-going", command.keep_going, "after an error, run what does not depend on it");
  app.add_flag("--dry-run", command.dry_run, "only tell what would run, as `fovea plan` does");
  app.add_flag("--same-numerics", command.same_numerics,
               "run again what other versions, threads or devices made");
  app.add_option("--name", command.name, "name of the run directory (default: the pipeline's)")
      ->type_name("NAME");
  app.add_option("--output-dir", command.output_dir, "folder for run directories [results]")
      ->type_name("DIR");
  app.add_option("--tensorboard", command.tensorboard, "a folder for event files that grow while it trains")
      ->type_name("DIR");
  app.add_option("--mlflow", command.mlflow, "a folder of MLflow's that gets the run as well")
      ->type_name("DIR");
  app.add_option("--threads", command.threads, "for data and drawing (default: one for each core)")
      ->type_name("N")
      ->check(whole(1, 1024));
  app.add_flag("--json", command.json, "one JSON object a line on stdout");
  auto* quiet = app.add_flag("-q", command.quiet, "say nothing but warnings and errors");
  app.add_flag("-v", command.verbose, "also say when each stage starts and ends")->excludes(quiet);
}

/// What help says of a flag on a line of its own; `fovea stages` has the whole story.
std::string one_line(const fovea::OfferedFlag& offered) {
  constexpr std::size_t room = 65;
  const auto behind = offered.doc.rfind(" [");
  const auto standard = offered.doc.substr(behind);
  return fovea::first_words(offered.doc.substr(0, behind), room - standard.size()) + standard;
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
          one_line(offered));
    } else {
      option = app.add_option_function<std::string>(
          offered.flag.name,
          [offered, &typed](const std::string& value) {
            typed.push_back({offered, value});
          },
          one_line(offered));
      option->type_name("VALUE");
    }
    option->group(offered.flag.group);
  }
}

void add_train_options(CLI::App& app, fovea::TrainCommand& command) {
  // Its names are longer than those of other commands.
  auto columns = std::make_shared<CLI::Formatter>();
  columns->column_width(35);
  app.formatter(std::move(columns));
  auto& request = command.request;
  app.add_option("--dataset", request.dataset, "a path, or a name that `fovea datasets` lists")
      ->type_name("NAME|PATH");
  app.add_option("--model", request.model, "the network, as `fovea models` lists them [simple_cnn]")
      ->type_name("NAME");
  app.add_option("--config", request.config, "a saved pipeline to begin with, which other flags change")
      ->type_name("FILE");
  app.add_option("--save-pipeline", command.save_pipeline,
                 "write the pipeline to a file for `fovea run` as well")
      ->type_name("FILE");
  app.add_option("--seeds", request.seeds, "train with so many seeds, from --seed on, and summarise them")
      ->type_name("N")
      ->check(whole(1, 1000));
  app.add_option("--folds", request.folds, "cross-validate with so many folds, and summarise them")
      ->type_name("K")
      ->check(whole(2, 1000));
  app.add_flag("--find-lr", request.find_rate,
               "try rising learning rates instead of training, and suggest one");
  app.add_flag_callback(
      "--no-visualization", [&request] { request.figures = false; }, "leave out every stage that only draws");
  app.add_flag_callback(
      "--no-classification-viz", [&request] { request.classification_figures = false; },
      "leave out the drawings of predictions and metrics");
  app.add_option("--augment", request.augment, "auto, none, strong, mix, or a list of ops as JSON [auto]")
      ->type_name("VALUE")
      ->group("Data");
  app.add_option("--image-size", request.image_size,
                 "all images in pixels, as 64 or 64x96 [that of the data]")
      ->type_name("VALUE")
      ->group("Data");
  add_train_flags(app, request.flags);
  app.footer("\n`fovea stages train` tells all of what training can be set to.");
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
  std::function<int(fovea::Signals&)> chosen;

  void add_to(CLI::App& app) {
    auto* run = app.add_subcommand("run", "run a saved pipeline: what is in the cache is not computed again");
    add_pipeline_options(*run, command);
    add_run_options(*run, command);
    run->callback(
        [this] { chosen = [this](auto& signals) { return fovea::run_command(command, signals); }; });

    auto* plan = app.add_subcommand("plan", "tell what a run would do, and why, without doing it");
    add_pipeline_options(*plan, command);
    add_run_options(*plan, command);
    plan->callback([this] { chosen = [this](auto&) { return fovea::plan_command(command); }; });

    auto* train = app.add_subcommand(
        "train", "compose a classification pipeline from flags and run it: fovea train --dataset NAME|PATH");
    add_train_options(*train, training);
    add_graph_options(*train, command);
    add_run_options(*train, command);
    train->callback([this] {
      training.request.settings = command.settings;
      training.run = command;
      chosen = [this](auto& signals) { return fovea::train_command(training, signals); };
    });

    auto* models = app.add_subcommand(
        "models", "list the architectures with their parameter counts, or show the layers of one");
    models->add_option("NAME", architecture, "an architecture");
    models->add_option("--input", input,
                       "channels, height and width of images (default: 3x32x32 or 3x224x224)");
    models->add_option("--classes", classes, "how many classes come out")
        ->check(whole(1, 1 << 20))
        ->capture_default_str();
    models->add_flag("--json", json, "one JSON object a line");
    models->callback([this] {
      chosen = [this](auto&) { return fovea::models_command(architecture, input, classes, json); };
    });

    auto* verify = app.add_subcommand(
        "verify-resume", "prove that interrupted training ends in the same bytes as uninterrupted");
    add_pipeline_options(*verify, command);
    verify->add_option("--kills", kills, "how often it is killed")
        ->check(whole(1, 10000))
        ->capture_default_str();
    verify->callback([this] {
      chosen = [this](auto& signals) { return fovea::verify_resume_command(command, kills, signals); };
    });

    auto* stages = app.add_subcommand("stages", "list the stages, or show one with its ports and parameters");
    stages->add_option("NAME", stage, "a stage");
    stages->add_flag("--json", json, "one JSON object a line");
    add_plugin_option(*stages, command.plugins);
    stages->callback(
        [this] { chosen = [this](auto&) { return fovea::stages_command(stage, command.plugins, json); }; });

    auto* datasets = app.add_subcommand(
        "datasets", "list the formats of data, or tell what a path holds: sizes, classes, broken files");
    datasets->add_option("PATH", file, "a folder, or a .csv or .npz file");
    datasets->add_flag("--json", json, "one JSON object");
    datasets->callback([this] { chosen = [this](auto&) { return fovea::datasets_command(file, json); }; });

    auto* schema = app.add_subcommand("schema", "print a JSON Schema of saved pipelines, for editors");
    add_plugin_option(*schema, command.plugins);
    schema->callback([this] { chosen = [this](auto&) { return fovea::schema_command(command.plugins); }; });

    auto* graph =
        app.add_subcommand("graph", "draw a pipeline, with the stages marked that are in the cache");
    add_pipeline_options(*graph, command);
    graph->add_option("-o,--output", output, "FILE.svg, .png, .pdf, .dot or .txt (default: text on stdout)");
    graph->callback([this] { chosen = [this](auto&) { return fovea::graph_command(command, output); }; });

    add_store_to(app);
    auto* explain =
        app.add_subcommand("explain", "tell what an exported file came from, and how to make it again");
    explain->add_option("FILE", file, "a figure, table or model of a run directory, wherever it is now")
        ->required();
    explain->add_option("--store", holdings.store, store_help)->type_name("DIR");
    add_plugin_option(*explain, holdings.plugins);
    explain->add_flag("--json", holdings.json, "one JSON object");
    explain->callback([this] { chosen = [this](auto&) { return fovea::explain_command(file, holdings); }; });
  }

  void add_store_to(CLI::App& app) {
    auto* store = app.add_subcommand("store", "look after the cache");
    store->require_subcommand(1);
    const auto add = [&](const char* name, const char* doc, int (*what)(const fovea::StoreCommand&)) {
      auto* one = store->add_subcommand(name, doc);
      one->add_option("--store", holdings.store, store_help)->type_name("DIR");
      add_plugin_option(*one, holdings.plugins);
      one->callback([this, what] { chosen = [this, what](auto&) { return what(holdings); }; });
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

/// Reads the command line; gives the exit code where there is nothing more to do.
std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    fovea::expect_no_empty_words(words);
    fovea::expect_flags_in_order(app, words);
    app.parse(argc, argv);
    fovea::expect_utf8(words);
    return {};
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "%s\n", fovea::usage_text(app, error).c_str());
  }
  return 2;
}

int run(int argc, char** argv) {
  CLI::App app("Fovea trains image classifiers as a dataflow.", "fovea");
  app.require_subcommand(1);
  app.set_version_flag("--version", "fovea " FOVEA_VERSION);
  Commands commands;
  commands.add_to(app);
  try {
    if (const auto code = parse(app, argc, argv)) return *code;
    fovea::Signals signals;
    return commands.chosen(signals);
  } catch (const fovea::UsageError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", fovea::as_error(error).what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  fovea::fill_standard_streams();
  return fovea::code_after_output(run(argc, argv));
}
