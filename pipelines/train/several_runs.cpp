#include "pipelines/train/several_runs.hpp"

#include <limits>

#include "pipelines/usage.hpp"

namespace fovea {
namespace {

constexpr std::int64_t most_runs = 1000;

void expect_count(std::int64_t count, std::int64_t least) {
  if (count >= least && count <= most_runs) return;
  throw Error(std::to_string(count) + " is not allowed; it must be from " + std::to_string(least) + " to " +
              std::to_string(most_runs));
}

/// Puts `each` before the stages, where people look for it.
void set_each(Json& definition, const std::string& setting, std::int64_t first, std::int64_t count) {
  if (first > std::numeric_limits<std::int64_t>::max() - count) {
    throw Error(std::to_string(count) + " values from " + std::to_string(first) +
                " on are not allowed; they must stay below " +
                std::to_string(std::numeric_limits<std::int64_t>::max()));
  }
  Json values = Json::array();
  for (std::int64_t i = 0; i < count; ++i) values.push_back(first + i);
  auto stages = std::move(definition["stages"]);
  definition.erase("stages");
  definition["each"] = {{setting, std::move(values)}};
  definition["stages"] = std::move(stages);
}

void add_stage(Json& definition, const std::string& name, Json stage) {
  auto& stages = definition["stages"];
  if (stages.contains(name)) {
    throw Error("adds a stage " + quote(name) + ", but the pipeline has one already; give that another name");
  }
  stages[name] = std::move(stage);
}

void add_summary(Json& definition, const std::string& evaluate, const std::string& name, bool figure) {
  add_stage(definition, name, {{"stage", "summarise"}, {"inputs", {{"metrics", evaluate + ".metrics"}}}});
  if (!figure) return;
  add_stage(definition, name + "_figure",
            {{"stage", "plot_summary"}, {"inputs", {{"summary", name + ".summary"}}}});
}

/// Adds the evaluation of the last epoch on the validation part, set as the one on the test part is.
void evaluate_validation(Json& definition, const std::string& evaluate, const std::string& split) {
  auto stage = definition["stages"][evaluate];
  stage["inputs"] = {{"model", only_stage(definition, "train") + ".last"}, {"data", split + ".validation"}};
  add_stage(definition, "evaluate_validation", std::move(stage));
}

/// Folds are all that is validated on.
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

void expect_no_each(const Json& definition) {
  if (!definition.contains("each")) return;
  throw Error("the pipeline has an \"each\" already; change that, as --set each.seed=[0,1,2]");
}

}  // namespace

void train_several_times(Json& definition, const TrainRequest& request) {
  const bool figure = request.figures && request.classification_figures;
  if (request.seeds && request.folds) {
    throw UsageError(
        "--folds: can't go together with --seeds; give one of them, with --seed for another seed");
  }
  if (request.seeds) {
    at_flag("--seeds", [&] {
      expect_count(*request.seeds, 1);
      expect_no_each(definition);
      set_each(definition, "seed", definition.value("seed", std::int64_t{0}), *request.seeds);
      add_summary(definition, only_stage(definition, "evaluate"), "summary", figure);
    });
  }
  if (request.folds) {
    at_flag("--folds", [&] {
      expect_count(*request.folds, 2);
      const auto evaluate = only_stage(definition, "evaluate"), split = only_stage(definition, "split");
      expect_no_split(request, split);
      expect_no_each(definition);
      definition["stages"][split]["params"]["folds"] = *request.folds;
      set_each(definition, split + ".fold", 1, *request.folds);
      evaluate_validation(definition, evaluate, split);
      add_summary(definition, evaluate, "summary", figure);
      add_summary(definition, "evaluate_validation", "summary_validation", figure);
    });
  }
}

}  // namespace fovea
