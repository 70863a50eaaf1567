#include <CLI/CLI.hpp>

#include "pipelines/command/options.hpp"
#include "pipelines/command/run.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/train/compose.hpp"
#include "pipelines/train/flags.hpp"
#include "runtime/text_file.hpp"
#include "stages/data/preprocessing.hpp"
#include "stages/list.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The arguments of `fovea train`.
struct TrainCommand {
  TrainRequest request;
  RunCommand run;  ///< without a pipeline
  std::filesystem::path save_pipeline;
};

/// Whether a path is a folder or lies in it; both are absolute and without "..".
bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto way = path.lexically_relative(folder);
  return !way.empty() && *way.begin() != "..";
}

/// Writes a definition to a file. Paths to data beside the file, or in the working directory, become relative
/// to the file's folder, so that all of it can be moved; other paths stay absolute.
void save(Json definition, const Registry& registry, const fs::path& file) {
  const auto here = fs::current_path();
  const auto folder = (here / file).lexically_normal().parent_path();
  change_paths(definition, registry, [&](const fs::path& path) {
    const bool moves_along = is_inside(path, folder) || is_inside(path, here);
    return moves_along ? path.lexically_relative(folder) : path;
  });
  write_whole_file(file, pretty(definition) + "\n");
}

/// Shortens the documentation of a flag to a line of help; `fovea stages` prints all of it.
std::string one_line(const OfferedFlag& offered) {
  constexpr std::size_t room = 65;
  const auto behind = offered.doc.rfind(" [");
  const auto standard = offered.doc.substr(behind);
  return first_words(offered.doc.substr(0, behind), room - standard.size()) + standard;
}

/// Adds the flags of parameters, each under its heading; `typed` receives them in the order of the command
/// line.
void add_train_flags(CLI::App& app, std::vector<TypedFlag>& typed) {
  for (const auto& offered : offered_flags(all_stages())) {
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

void add_train_options(CLI::App& app, TrainCommand& command) {
  // The flag names are longer than those of other commands.
  auto columns = std::make_shared<CLI::Formatter>();
  columns->column_width(35);
  app.formatter(std::move(columns));
  auto& request = command.request;
  app.add_option("--dataset", request.dataset, "a path, or a name that `fovea datasets` lists")
      ->type_name("NAME|PATH");
  app.add_option("--model", request.model, "the network, as `fovea models` lists them [simple_cnn]")
      ->type_name("NAME");
  app.add_option("--pretrained", request.pretrained, "weights to begin with: .safetensors or a model .h5")
      ->type_name("FILE");
  app.add_option("--fine-tune", request.fine_tune, "the same, and the head learns first, the rest slowly")
      ->type_name("FILE");
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
  app.add_option("--fit", request.fit, "how they get it: " + join(fit_names().names, ", ") + " [crop]")
      ->type_name("VALUE")
      ->group("Data");
  add_train_flags(app, request.flags);
  app.footer("\n`fovea stages train` tells all of what training can be set to.");
}

/// Composes a pipeline from flags, saves it if requested, and runs it (or prints its plan).
int train(const TrainCommand& command, Signals& signals) {
  Composed composed;
  const auto prepared = prepare(command.run, [&](const Registry& registry) {
    composed = compose_training(command.request, registry);
    return read_training(composed, command.request, registry);
  });
  if (!command.save_pipeline.empty()) save(composed.definition, prepared->registry, command.save_pipeline);
  std::vector<Event> first;
  if (!composed.unused.empty()) {
    first.push_back({"unused",
                     "",
                     "--find-lr has no use for " + join(composed.unused, ", "),
                     {{"flags", composed.unused}}});
  }
  if (!composed.augmentation.empty()) {
    const auto node = only_stage(composed.definition, "augment");
    first.push_back({"augmentation",
                     node,
                     composed.augmentation,
                     {{"policy", composed.definition.at("stages").at(node).at("params").at("policy")}}});
  }
  return run_prepared(*prepared, command.run, signals, first);
}

}  // namespace

void add_train(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "train", "compose a classification pipeline from flags and run it: fovea train --dataset NAME|PATH");
  const auto command = std::make_shared<TrainCommand>();
  add_train_options(*verb, *command);
  add_graph_options(*verb, command->run);
  add_run_options(*verb, command->run);
  verb->callback([command, &chosen] {
    command->request.settings = command->run.settings;
    chosen = [command](Signals& signals) { return train(*command, signals); };
  });
}

}  // namespace fovea
