#include "pipelines/train/compose.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "graph/setting.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/usage.hpp"
#include "pipelines/train/augmentation.hpp"
#include "pipelines/train/data_source.hpp"
#include "pipelines/train/pretrained.hpp"
#include "pipelines/train/several_runs.hpp"
#include "stages/data/dataset.hpp"
#include "stages/evaluate/metrics_summary.hpp"
#include "stages/figures/figures.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/own_modules.hpp"
#include "stages/train/gradient_history.hpp"
#include "stages/train/history.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Whether a stage only draws, beside the numbers that it draws.
bool only_draws(const StageInfo& stage) {
  const auto is_figure = [](const PortInfo& port) { return port.kind == Figures::kind; };
  return std::any_of(stage.outputs.begin(), stage.outputs.end(), is_figure) &&
         (stage.name.starts_with("plot_") ||
          std::all_of(stage.outputs.begin(), stage.outputs.end(), is_figure));
}

bool draws_classification(const StageInfo& stage) {
  return only_draws(stage) && std::any_of(stage.inputs.begin(), stage.inputs.end(), [](const PortInfo& port) {
           return port.kind == Predictions::kind || port.kind == Metrics::kind ||
                  port.kind == MetricsSummary::kind;
         });
}

bool draws_gradients(const StageInfo& stage) {
  return only_draws(stage) && std::any_of(stage.inputs.begin(), stage.inputs.end(), [](const PortInfo& port) {
           return port.kind == GradientHistory::kind;
         });
}

/// Adds a stage that draws, if training and evaluation give its inputs.
void add_figure(Json& stages, const StageInfo& stage) {
  static const std::map<std::string_view, const char*> wires{
      {History::kind, "train.history"},    {Timing::kind, "train.timing"},
      {Model::kind, "train.best"},         {Predictions::kind, "predict.predictions"},
      {Metrics::kind, "evaluate.metrics"}, {GradientHistory::kind, "train.gradients"}};
  Json inputs = Json::object();
  for (const auto& port : stage.inputs) {
    const auto wire = wires.find(port.kind);
    const bool part = port.kind == Dataset::kind;  // a port that is called as an output of split
    if (!part && wire == wires.end()) return;
    inputs[port.name] = part ? "split." + port.name : std::string(wire->second);
  }
  const bool plots = stage.name.starts_with("plot_");
  stages[plots ? stage.name.substr(5) : stage.name] = {{"stage", stage.name}, {"inputs", inputs}};
}

void remove_figures(Json& definition, const TrainRequest& request, const Registry& registry) {
  const auto& train = definition["stages"][only_stage(definition, "train")];
  const bool tracked = train.value("params", Json::object()).value("track_gradients", false);
  auto kept = Json::object();
  for (const auto& [name, stage] : definition["stages"].items()) {
    const auto& info = *registry.find(stage.at("stage").get<std::string>());
    const bool unwanted =
        request.figures ? !request.classification_figures && draws_classification(info) : only_draws(info);
    if (!unwanted && (tracked || !draws_gradients(info))) kept[name] = stage;
  }
  definition["stages"] = std::move(kept);
}

/// Whether the learning rate search uses a parameter of training.
bool rate_depends_on(std::string_view parameter) {
  const auto group = parameter.substr(0, parameter.find('.'));
  return group == "batch_size" || group == "optimizer" || group == "clip" || group == "loss" ||
         group == "precision" || group == "deterministic";
}

/// Returns the training flags and settings that the learning rate search ignores.
std::vector<std::string> unused_by_search(const TrainRequest& request, const std::string& train,
                                          bool has_each) {
  std::vector<std::string> unused;
  const auto look = [&](const std::string& place, const std::string& stage, const std::string& words) {
    const auto begin = stage + ".";
    if (place.starts_with(begin) && !rate_depends_on(std::string_view(place).substr(begin.size())))
      unused.push_back(words);
  };
  for (const auto& typed : request.flags) look(typed.offered.flag.place, "train", typed.offered.flag.name);
  for (const auto& setting : request.settings)
    look(setting.substr(0, setting.find('=')), train, "--set " + setting.substr(0, setting.find('=')));
  if (request.seeds) unused.emplace_back("--seeds");
  if (request.folds) unused.emplace_back("--folds");
  if (has_each) unused.emplace_back("\"each\" of the pipeline");
  return unused;
}

/// Replaces training and all stages downstream by a learning rate search. There is one search, whatever
/// `each` gives.
void find_rate_instead(Json& definition) {
  auto& stages = definition["stages"];
  const auto name = only_stage(definition, "train");
  const auto train = stages[name];
  Json params = Json::object();
  const auto settings = train.value("params", Json::object());
  for (const auto& [key, value] : settings.items()) {
    if (rate_depends_on(key)) params[key] = value;
  }
  auto kept = Json::object();
  for (const auto& each : {"load", "resize", "split", "augment", "build_model", "load_model"}) {
    for (const auto& [node, stage] : stages.items()) {
      if (stage.at("stage") == each) kept[node] = stage;
    }
  }
  kept["find_rate"] = {
      {"stage", "find_learning_rate"},
      {"inputs", {{"model", train["inputs"]["model"]}, {"batches", train["inputs"]["batches"]}}},
      {"params", params}};
  kept["learning_rate_range"] = {{"stage", "plot_learning_rate_range"},
                                 {"inputs", {{"range", "find_rate.range"}}}};
  stages = std::move(kept);
  definition.erase("each");
}

/// Returns a name for a run directory: characters other than letters, digits, "_" and "-" become dashes.
std::string plain_name(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    name += plain ? c : '-';
  }
  return name.empty() ? "data" : name;
}

std::string pipeline_name(const TrainRequest& request) {
  const auto path = fs::path(request.dataset).lexically_normal();
  const auto last = path.has_filename() ? path : path.parent_path();
  return plain_name(last.stem().string()) + "-" +
         (request.model.empty() ? architecture_names().front() : request.model);
}

Json compose_anew(const TrainRequest& request, const Registry& registry) {
  if (request.dataset.empty())
    throw UsageError("--dataset: missing; give a name or a path, or a saved pipeline with --config");
  const auto load = at("--dataset", [&] { return load_params_of(request.dataset); });
  return classification_pipeline(pipeline_name(request), load, registry);
}

/// Reads a saved pipeline and checks all of it, so that every later error is about flags.
Json read_saved(const TrainRequest& request, const Registry& registry) {
  auto definition = read_definition_json(request.config, registry);
  at(request.config.string(), [&] {
    try {
      read_definition(definition, registry);
    } catch (const Error& error) {
      throw as_written(error, request.config);
    }
    only_stage(definition, "train");
  });
  if (!request.dataset.empty()) {
    const auto load = at_flag("--dataset", [&] {
      auto name = only_stage(definition, "load");
      expect_not_in_each(definition, name);
      return name;
    });
    definition["stages"][load]["params"] = at("--dataset", [&] { return load_params_of(request.dataset); });
  }
  return definition;
}

void choose_model(Json& definition, const std::string& model, const Registry& registry) {
  at_flag("--model", [&] {
    if (OwnModules::all().find(model) == nullptr) find_architecture(model);
    set_value(definition, only_stage(definition, "build_model") + ".architecture", model, registry);
  });
}

/// Returns the flags on the command line, and those that set more than one parameter.
std::vector<TypedFlag> all_typed(const TrainRequest& request) {
  auto typed = request.flags;
  const auto add = [&](const std::string& name, const std::string& value,
                       std::initializer_list<const char*> places) {
    if (value.empty()) return;
    for (const auto* place : places) typed.push_back({{{name, place, ""}, "", false, false}, value});
  };
  add("--augment", request.augment, {"augment.policy"});
  add("--fit", request.fit, {"resize.fit", "augment.fit", "build_model.fit"});
  add("--image-size", request.image_size,
      {"load.image_size", "load.synthetic.height", "load.synthetic.width", "resize.height", "resize.width"});
  return typed;
}

/// Chooses an augmentation if requested, or if the definition has none; returns it in words.
std::string augment(Json& definition, const TrainRequest& request, const Registry& registry) {
  if (request.augment.empty() && !request.config.empty()) return "";
  const auto name = at_flag("--augment", [&] { return only_stage(definition, "augment"); });
  const auto policy = name + ".policy";
  const auto each = objects_of_each(definition);
  const auto& stage = definition["stages"][name];
  const bool said =
      stage.value("params", Json::object()).contains("policy") ||
      std::any_of(each.begin(), each.end(), [&](const Json* one) { return one->contains(policy); });
  if (request.augment.empty() && said) return "";
  const auto chosen =
      request.augment.empty()
          ? choose_augmentation("auto", definition)
          : at_flag("--augment", [&] { return choose_augmentation(request.augment, definition); });
  at_flag("--augment", [&] { set_value(definition, policy, chosen.policy, registry); });
  return chosen.words;
}

}  // namespace

Json classification_pipeline(const std::string& name, const Json& load_params, const Registry& registry) {
  Json stages = {
      {"load", {{"stage", "load"}, {"params", load_params}}},
      {"split", {{"stage", "split"}, {"inputs", {{"data", "load.data"}}}}},
      {"augment", {{"stage", "augment"}, {"inputs", {{"data", "split.train"}}}}},
      {"model", {{"stage", "build_model"}, {"inputs", {{"data", "split.train"}}}}},
      {"train",
       {{"stage", "train"},
        {"inputs",
         {{"model", "model.model"}, {"batches", "augment.batches"}, {"validation", "split.validation"}}}}},
      {"predict", {{"stage", "predict"}, {"inputs", {{"model", "train.best"}, {"data", "split.test"}}}}},
      {"evaluate", {{"stage", "evaluate"}, {"inputs", {{"predictions", "predict.predictions"}}}}}};
  for (const auto& each : registry.names()) {
    if (const auto& stage = *registry.find(each); only_draws(stage)) add_figure(stages, stage);
  }
  return {{"fovea", 1}, {"name", name}, {"seed", 0}, {"stages", std::move(stages)}};
}

Composed compose_training(const TrainRequest& request, const Registry& registry) {
  auto definition = request.config.empty() ? compose_anew(request, registry) : read_saved(request, registry);
  if (!request.model.empty()) choose_model(definition, request.model, registry);
  begin_with_weights(definition, request, registry);
  for (const auto& flag : request.flags) as_usage([&] { apply_flag(definition, flag, registry); });
  if (!request.image_size.empty())
    at_flag("--image-size", [&] { set_image_size(definition, request.image_size); });
  if (!request.fit.empty()) at_flag("--fit", [&] { set_fit(definition, request.fit, registry); });
  as_usage([&] { apply_settings(definition, request.settings, registry); });
  resolve_paths(definition, registry, fs::current_path());
  remove_figures(definition, request, registry);
  Composed composed{std::move(definition), "", {}};
  // The definition is checked before any data is read.
  read_training(composed, request, registry);
  if (request.find_rate) {
    composed.unused = unused_by_search(request, only_stage(composed.definition, "train"),
                                       composed.definition.contains("each"));
    find_rate_instead(composed.definition);
  } else {
    train_several_times(composed.definition, request);
  }
  composed.augmentation = augment(composed.definition, request, registry);
  return composed;
}

Graph read_training(const Composed& composed, const TrainRequest& request, const Registry& registry) {
  try {
    return read_definition(composed.definition, registry);
  } catch (const Error& error) {
    if (const auto told = told_of_flag(error, composed.definition, all_typed(request)))
      throw UsageError(told->what());
    if (const auto told = told_of_setting(error, composed.definition, request.settings, registry))
      throw *told;
    throw;
  }
}

}  // namespace fovea
