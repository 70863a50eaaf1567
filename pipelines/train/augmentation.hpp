#pragma once

#include "graph/json.hpp"

namespace fovea {

/// A ready-made augmentation, as `fovea train --augment` names it.
struct AugmentationPreset {
  std::string name;
  std::string doc;
};
const std::vector<AugmentationPreset>& augmentation_presets();

/// What was chosen for `augment.policy`, and in words why.
struct Augmentation {
  Json policy;
  std::string words;
};

/// The policy that a preset, or a list of ops as JSON, means for the images of a definition. `auto` moves
/// small gray images, moves and mirrors small colour images, and cuts parts out of larger ones. Throws
/// `Error` with the nearest preset where it is neither.
Augmentation choose_augmentation(const std::string& preset_or_json, const Json& definition);

}  // namespace fovea
