#include "pipelines/train/several_runs.hpp"

#include <algorithm>
#include <limits>

#include "graph/setting.hpp"
#include "pipelines/run/usage.hpp"
#include "stages/evaluate/summarise.hpp"

namespace fovea {
namespace {

constexpr std::int64_t most_runs = 1000;

void expect_count(std::int64_t count, std::int64_t least) {
  if (count >= least && count <= most_runs) return;
  throw Error(std::to_string(count) + " is not allowed; it must be from " + std::to_string(least) + " to " +
              std::to_string(most_runs));
}

/// Adds `count` values of a setting to `each`, combined with the values already there. `each` is placed
/// before the stages, where people look for it.
void add_to_each(Json& definition, const std::string& setting, std::int64_t first, std::int64_t count) {
  if (first > std::numeric_limits<std::int64_t>::max() - count) {
    throw Error(std::to_string(count) + " values from " + std::to_string(first) +
                " on are not allowed; they must stay below " +
                std::to_string(std::numeric_limits<std::int64_t>::max()));
  }
  expect_not_in_each(definition, setting);
  Json values = Json::array();
  for (std::int64_t i = 0; i < count; ++i) values.push_back(first + i);
  Json added = {{setting, std::move(values)}};
  auto each = definition.value("each", Json::object());
  if (each.empty()) {
    each = std::move(added);
  } else {
    if (each.is_object()) each = Json::array({each});
    each.push_back(std::move(added));
  }
  auto stages = std::move(definition["stages"]);
  definition.erase("stages");
  definition["each"] = std::move(each);
  definition["stages"] = std::move(stages);
}

void add_stage(Json& definition, const std::string& name, Json stage) {
  auto& stages = definition["stages"];
  if (stages.contains(name)) {
    throw Error("adds a stage " + quote(name) + ", but the pipeline has one already; give that another name");
  }
  stages[name] = std::move(stage);
}

/// Whether a stage summarises the metrics already.
bool has_summary(const Json& definition, const std::string& metrics) {
  for (const auto& stage : definition.at("stages")) {
    if (stage.at("stage") != Summarise::name) continue;
    const auto& wires = stage.at("inputs").at("metrics");
    if (wires == metrics ||
        (wires.is_array() && std::find(wires.begin(), wires.end(), metrics) != wires.end()))
      return true;
  }
  return false;
}

/// Whether every evaluation has a summary, as after `--folds`.
bool all_are_summarised(const Json& definition) {
  std::size_t evaluations = 0, summarised = 0;
  for (const auto& [name, stage] : definition.at("stages").items()) {
    if (stage.at("stage") != "evaluate") continue;
    ++evaluations;
    summarised += has_summary(definition, name + ".metrics");
  }
  return evaluations > 0 && summarised == evaluations;
}

void add_summary(Json& definition, const std::string& evaluate, const std::string& name, bool figure) {
  if (has_summary(definition, evaluate + ".metrics")) return;
  add_stage(definition, name, {{"stage", "summarise"}, {"inputs", {{"metrics", evaluate + ".metrics"}}}});
  if (!figure) return;
  add_stage(definition, name + "_figure",
            {{"stage", "plot_summary"}, {"inputs", {{"summary", name + ".summary"}}}});
}

/// Adds an evaluation of the last epoch on the validation part, with the parameters of the one on the test
/// part.
void evaluate_validation(Json& definition, const std::string& evaluate, const std::string& split) {
  auto predict = definition["stages"][only_stage(definition, "predict")];
  auto stage = definition["stages"][evaluate];
  predict["inputs"] = {{"model", only_stage(definition, "train") + ".last"}, {"data", split + ".validation"}};
  stage["inputs"] = {{"predictions", "predict_validation.predictions"}};
  add_stage(definition, "predict_validation", std::move(predict));
  add_stage(definition, "evaluate_validation", std::move(stage));
}

/// Throws `Error` if a flag sets the validation part, because folds replace it.
void expect_no_split(const TrainRequest& request, const std::string& split) {
  for (const auto& typed : request.flags) {
    if (typed.offered.flag.place != "split.validation") continue;
    throw Error(std::to_string(*request.folds) + " folds decide what is validated on; leave out " +
                typed.offered.flag.name);
  }
  for (const auto& setting : request.settings) {
    const auto name = setting.substr(0, setting.find('='));
    if (name != split + ".validation" && name != split + ".folds") continue;
    throw Error(std::to_string(*request.folds) + " folds decide what is validated on; leave out --set " +
                name);
  }
}

}  // namespace

void train_several_times(Json& definition, const TrainRequest& request) {
  const bool figure = request.figures && request.classification_figures;
  if (request.folds) {
    at_flag("--folds", [&] {
      expect_count(*request.folds, 2);
      const auto evaluate = only_stage(definition, "evaluate"), split = only_stage(definition, "split");
      expect_no_split(request, split);
      add_to_each(definition, split + ".fold", 1, *request.folds);
      definition["stages"][split]["params"]["folds"] = *request.folds;
      evaluate_validation(definition, evaluate, split);
      add_summary(definition, evaluate, "summary", figure);
      add_summary(definition, "evaluate_validation", "summary_validation", figure);
    });
  }
  if (request.seeds) {
    at_flag("--seeds", [&] {
      expect_count(*request.seeds, 1);
      add_to_each(definition, "seed", definition.value("seed", std::int64_t{0}), *request.seeds);
      if (!all_are_summarised(definition))
        add_summary(definition, only_stage(definition, "evaluate"), "summary", figure);
    });
  }
}

}  // namespace fovea
