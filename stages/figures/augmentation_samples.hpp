#pragma once

#include "render/shape.hpp"
#include "stages/data/augmentation_recipe.hpp"

namespace fovea {

/// A few training images, each beside eight augmented versions of itself (those of the first eight epochs),
/// with the ops that made them below. Where a policy mixes batches, the images are mixed as if they were one,
/// and the labels with their shares are told.
render::Drawing draw_augmentation_samples(const AugmentationRecipe& batches, render::Size size,
                                          const render::Measure& measure);

}  // namespace fovea
