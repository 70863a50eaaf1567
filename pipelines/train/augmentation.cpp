#include "pipelines/train/augmentation.hpp"

#include "pipelines/train/data_source.hpp"
#include "pipelines/train/flags.hpp"

namespace fovea {
namespace {

Json op(const char* name) {
  return {{"op", name}};
}

/// Returns a suitable policy for images of this size.
Json policy_for(const ImageSize& size, bool mirrored) {
  const bool small = size.height <= 64 && size.width <= 64;
  Json policy = Json::array();
  policy.push_back(op(!small ? "random_resized_crop" : size.channels == 1 ? "translate" : "crop"));
  if (mirrored) policy.push_back(op("flip_horizontal"));
  return policy;
}

std::string names_in(const Json& policy) {
  std::vector<std::string> names;
  for (const auto& each : policy) names.push_back(each.value("op", "?"));
  return names.empty() ? "nothing" : join(names, ", ");
}

std::string size_words(const ImageSize& size) {
  return std::to_string(size.height) + " x " + std::to_string(size.width) +
         (size.channels == 1 ? " gray" : " colour") + " images";
}

}  // namespace

const std::vector<AugmentationPreset>& augmentation_presets() {
  static const std::vector<AugmentationPreset> all{
      {"auto",
       "up to 64 pixels translate for gray and crop for colour images, above that random_resized_crop; "
       "flip_horizontal too, but not for gray images of your own, which may be letters or digits"},
      {"none", "images as they are"},
      {"strong", "auto, then trivial_augment and random_erasing"},
      {"mix", "auto, then mixup"}};
  return all;
}

Augmentation choose_augmentation(const std::string& preset_or_json, const Json& definition) {
  if (Json::accept(preset_or_json)) {
    auto policy = parse_json(preset_or_json);
    if (!policy.is_array())
      throw Error("expected a preset, or a list of ops such as '[{\"op\": \"crop\"}]', got " + shown(policy));
    const auto words = names_in(policy);
    return {std::move(policy), words};
  }
  std::vector<std::string> names;
  for (const auto& each : augmentation_presets()) names.push_back(each.name);
  if (std::find(names.begin(), names.end(), preset_or_json) == names.end())
    throw Error("unknown preset " + quote(preset_or_json) + suggestion(preset_or_json, names));
  if (preset_or_json == "none") return {Json::array(), "nothing"};
  const auto size = image_size_of(definition);
  const auto load =
      definition.at("stages").at(only_stage(definition, "load")).value("params", Json::object());
  auto policy = policy_for(size, may_be_mirrored(load, size));
  if (preset_or_json == "strong") policy.insert(policy.end(), {op("trivial_augment"), op("random_erasing")});
  if (preset_or_json == "mix") policy.push_back(op("mixup"));
  const auto words = names_in(policy) + " (" + preset_or_json + ", for " + size_words(size) + ")";
  return {std::move(policy), words};
}

}  // namespace fovea
