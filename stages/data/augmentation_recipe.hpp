#pragma once

#include "stages/data/dataset.hpp"
#include "stages/data/ops/policy.hpp"

namespace fovea {

/// The recipe of training batches: data, augmentation policy and normalisation. `BatchStream` carries it out.
struct AugmentationRecipe {
  static constexpr std::string_view kind = "AugmentationRecipe";
  static const Codec& codec();
  static Json read_with() { return decoded_with(); }

  Value<Dataset> data;
  Policy policy;
  std::uint64_t seed = 0;       ///< of shuffling and augmentation
  Preprocessing preprocessing;  ///< of every image, also of those that are only seen plainly
};

/// Returns the augmenter of a recipe, for a whole pass over the data.
Augmenter augmenter(const AugmentationRecipe& batches);

/// Returns the random numbers of the sample at `position` of the data in this epoch. They belong to the image
/// of the source, so the same image in another view gets the same ones.
Random augment_random(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position);

/// Makes one augmented sample on its own: the one at `position` of the data as it is in this epoch, as
/// H x W x C bytes of the size that the preprocessing says.
void augment_sample(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position,
                    std::uint8_t* out);

}  // namespace fovea
