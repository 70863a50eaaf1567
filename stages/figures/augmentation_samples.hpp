#pragma once

#include "render/shape.hpp"
#include "stages/data/augmentation_recipe.hpp"

namespace fovea {

/// Draws a few training images, each beside eight augmented versions (those of the first eight epochs) with
/// their ops below. Where a policy mixes batches, the images are mixed as one batch, and the labels are shown
/// with their shares.
render::Drawing draw_augmentation_samples(const AugmentationRecipe& batches, render::Size size,
                                          const render::Measure& measure);

}  // namespace fovea
