#include "pipelines/train/flags.hpp"

#include <algorithm>

#include "graph/setting.hpp"

namespace fovea {
namespace {

/// All flags of parameters; a new flag is one more line.
const std::vector<TrainFlag>& all_flags() {
  static const std::string training = "Training", rate = "Learning rate", updates = "Optimizer",
                           loss = "Loss", numbers = "Numbers", end = "Best epoch and early end",
                           watching = "Watching", data = "Data";
  static const std::vector<TrainFlag> all{
      {"--epochs", "train.epochs", training},
      {"--batch-size", "train.batch_size", training},
      {"--learning-rate", "train.learning_rate", rate},
      {"--lr-schedule", "train.schedule.type", rate},
      {"--warmup-steps", "train.schedule.warmup_steps", rate},
      {"--warmup-start-lr", "train.schedule.warmup_start_lr", rate},
      {"--decay-steps", "train.schedule.decay_steps", rate},
      {"--decay-rate", "train.schedule.decay_rate", rate},
      {"--staircase", "train.schedule.staircase", rate},
      {"--alpha", "train.schedule.alpha", rate},
      {"--t-mul", "train.schedule.t_mul", rate},
      {"--m-mul", "train.schedule.m_mul", rate},
      {"--cycles", "train.schedule.cycles", rate},
      {"--optimizer", "train.optimizer.type", updates},
      {"--weight-decay", "train.optimizer.weight_decay", updates},
      {"--gradient-clip", "train.clip.global_norm", updates},
      {"--loss", "train.loss.type", loss},
      {"--label-smoothing", "train.loss.label_smoothing", loss},
      {"--class-weights", "train.loss.class_weights", loss},
      {"--precision", "train.precision", numbers},
      {"--no-deterministic", "train.deterministic", numbers},
      {"--ema-decay", "train.ema_decay", numbers},
      {"--accumulate-steps", "train.accumulate_steps", numbers},
      {"--seed", "seed", numbers},
      {"--patience", "train.early_stopping.patience", end},
      {"--monitor", "train.monitor.metric", end},
      {"--enable-gradient-tracking", "train.track_gradients", watching},
      {"--visualization-frequency", "train.visualize.every_epochs", watching},
      {"--weight-histograms", "train.visualize.weight_histograms", watching},
      {"--validation-split", "split.validation", data},
  };
  return all;
}

/// Returns the parameter of a flag without its stage: "schedule.type".
std::string parameter_of(const TrainFlag& flag) {
  return flag.place.substr(flag.place.find('.') + 1);
}
std::string stage_of(const TrainFlag& flag) {
  return flag.place.substr(0, flag.place.find('.'));
}
bool is_of_pipeline(const TrainFlag& flag) {
  return flag.place.find('.') == std::string::npos;
}

/// Returns the parameter at a path such as "schedule.type", or null.
const FieldInfo* find_field(const std::vector<FieldInfo>& fields, const std::string& path) {
  const auto dot = path.find('.');
  for (const auto& field : fields) {
    if (field.name != path.substr(0, dot)) continue;
    return dot == std::string::npos ? &field : find_field(field.members, path.substr(dot + 1));
  }
  return nullptr;
}

std::string default_text(const Json& value) {
  return value.is_null() ? "none" : value.is_string() ? value.get<std::string>() : shown(value);
}

OfferedFlag offered(const TrainFlag& flag, const FieldInfo& field) {
  const bool is_switch = field.standard.is_boolean();
  const bool none_is_allowed = field.kind.ends_with("or null");
  auto doc = field.doc;
  if (const auto null = doc.find("null"); none_is_allowed && null != std::string::npos)
    doc.replace(null, 4, "none");
  if (!is_switch) doc += "; " + (field.rule.empty() ? field.kind : field.rule);
  if (flag.name.starts_with("--no-")) doc = "turns off: " + doc;
  const std::string given = is_switch ? shown(!field.standard.get<bool>()) : "";
  return {flag, doc + " [" + default_text(field.standard) + "]", is_switch, none_is_allowed, given};
}

std::vector<std::string> stages_of_kind(const Json& definition, const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& [name, stage] : definition.at("stages").items()) {
    if (stage.is_object() && stage.value("stage", Json()) == kind) names.push_back(name);
  }
  return names;
}

/// Returns the place of a flag's value in a definition, as in errors: "stages.train.params.schedule.type";
/// nothing if the definition has no such stage, or several.
std::optional<std::string> place_of(const TrainFlag& flag, const Json& definition) {
  if (is_of_pipeline(flag)) return flag.place;
  const auto stages = stages_of_kind(definition, stage_of(flag));
  if (stages.size() != 1) return {};
  return "stages." + stages[0] + ".params." + parameter_of(flag);
}

}  // namespace

std::vector<OfferedFlag> offered_flags(const Registry& registry) {
  std::vector<OfferedFlag> all;
  for (const auto& flag : all_flags()) {
    if (flag.place == "seed") {
      all.push_back({flag, "decides everything that is random; at least 0 [0]", false, false});
      continue;
    }
    const auto* stage = registry.find(stage_of(flag));
    const auto* field = stage == nullptr ? nullptr : find_field(stage->params, parameter_of(flag));
    if (field != nullptr) all.push_back(offered(flag, *field));
  }
  return all;
}

std::string only_stage(const Json& definition, const std::string& kind) {
  const auto names = stages_of_kind(definition, kind);
  if (names.size() == 1) return names.front();
  if (names.empty()) throw Error("the pipeline has no stage " + quote(kind) + "; add one to it");
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  for (const auto& name : names) quoted.push_back(quote(name));
  throw Error("the pipeline has several stages " + quote(kind) + ": " + join(quoted, ", ") +
              "; run it with \"fovea run\", and set each by its name, as --set " + names.front() +
              ".PARAMETER=VALUE");
}

void apply_flag(Json& definition, const TypedFlag& typed, const Registry& registry) {
  const auto& flag = typed.offered.flag;
  const auto value = typed.offered.none_is_allowed && typed.value == "none" ? "null" : typed.value;
  at(flag.name, [&] {
    const auto place =
        is_of_pipeline(flag) ? flag.place : only_stage(definition, stage_of(flag)) + "." + parameter_of(flag);
    set_value(definition, place, value_of_text(value), registry);
  });
}

std::optional<Error> told_of_flag(const Error& error, const Json& definition,
                                  const std::vector<TypedFlag>& typed) {
  const std::string text = error.what();
  for (const auto& each : typed) {
    const auto place = place_of(each.offered.flag, definition);
    if (!place || !text.starts_with(*place) || text.size() == place->size()) continue;
    const char next = text[place->size()];
    if (next != ':' && next != '[') continue;
    const auto name = each.offered.flag.name;
    const auto fact =
        with_number_as_written(name + text.substr(place->size()), each.value, name).substr(name.size());
    const bool wrong_kind = fact.starts_with(": expected ");
    return Error(each.offered.flag.name + fact +
                 (wrong_kind && each.offered.none_is_allowed ? "; or give none" : ""));
  }
  return {};
}

}  // namespace fovea
