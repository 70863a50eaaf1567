#include "pipelines/train/pretrained.hpp"

#include <algorithm>

#include "graph/setting.hpp"
#include "pipelines/run/usage.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/weights/preprocessing_json.hpp"
#include "stages/model/weights/weight_file.hpp"

namespace fovea {
namespace {

/// Sets a parameter of the only stage of a kind.
void set(Json& definition, const std::string& stage, const std::string& parameter, Json value,
         const Registry& registry) {
  set_value(definition, only_stage(definition, stage) + "." + parameter, std::move(value), registry);
}

/// Sets how images come to the network as the model of the file sees them; `build_model` takes that from the
/// file by itself, but for the size.
void see_as(Json& definition, const Preprocessing& how, bool with_size, const Registry& registry) {
  const auto json = preprocessing_json(how);
  for (const char* name : {"fit", "crop_pct", "interpolation", "antialias"})
    set(definition, "augment", name, json.at(name), registry);
  const bool black = std::ranges::all_of(how.fill, [](auto value) { return value == 0; });
  if (how.fit == Fit::letterbox && black) set(definition, "augment", "fill", "black", registry);
  if (!with_size) return;
  for (const char* stage : {"augment", "build_model"})
    set(definition, stage, "image_size", Json::array({json.at("height"), json.at("width")}), registry);
}

void fine_tune(Json& definition, const Registry& registry) {
  set(definition, "train", "freeze", {{"layers", Json::array({"body"})}, {"epochs", 1}, {"rate_after", 0.5}},
      registry);
  set(definition, "train", "optimizer.layer_decay", 0.75, registry);
}

}  // namespace

void begin_with_weights(Json& definition, const TrainRequest& request, const Registry& registry) {
  if (request.pretrained.empty() && request.fine_tune.empty()) return;
  if (!request.pretrained.empty() && !request.fine_tune.empty())
    throw UsageError(
        "--fine-tune: gives weights to begin with, and so does --pretrained; leave one of them out");
  const bool tunes = !request.fine_tune.empty();
  const std::string flag = tunes ? "--fine-tune" : "--pretrained";
  const auto& path = tunes ? request.fine_tune : request.pretrained;
  const auto file = at(flag, [&] { return read_weight_file(path); });
  at_flag(flag, [&] {
    set(definition, "build_model", "pretrained", path.string(), registry);
    if (tunes) fine_tune(definition, registry);
    if (!request.config.empty()) return;
    if (file.specification && request.model.empty()) {
      const auto names = architecture_names();
      if (std::find(names.begin(), names.end(), file.specification->name) != names.end())
        set(definition, "build_model", "architecture", file.specification->name, registry);
    }
    if (file.preprocessing) see_as(definition, *file.preprocessing, request.image_size.empty(), registry);
  });
}

}  // namespace fovea
