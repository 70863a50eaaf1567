#pragma once

#include "graph/json.hpp"

namespace fovea {

/// A predefined augmentation policy of `fovea train --augment`.
struct AugmentationPreset {
  std::string name;
  std::string doc;
};
const std::vector<AugmentationPreset>& augmentation_presets();

/// The chosen `augment.policy`, and the reason in words.
struct Augmentation {
  Json policy;
  std::string words;
};

/// Returns the policy of a preset, or of a list of ops as JSON, for the images of a definition. `auto`
/// translates small gray images, crops and flips small colour images, and crops and resizes larger ones.
/// Throws `Error` with the nearest preset if the text is neither.
Augmentation choose_augmentation(const std::string& preset_or_json, const Json& definition);

}  // namespace fovea
