#include "stages/data/augmentation_recipe.hpp"

#include <bit>

#include "runtime/store/artifact.hpp"
#include "stages/data/viewer.hpp"

// Stored AugmentationRecipe:
//   /              attributes data: the identity of the Dataset; policy: its ops as JSON; seed: 64 bits as a
//                  signed number
//   preprocessing/ see write_preprocessing; until version 1 only `mean` and `std` (float64 per channel), and
//                  images were seen in the size of their data set

namespace fovea {
namespace {

void write(const AugmentationRecipe& batches, H5Writer& file) {
  assert(!batches.data.object().empty());
  file.attribute("/", "data", batches.data.object());
  file.attribute("/", "policy", Conversion<Policy>::write(batches.policy, Keep::all).dump());
  file.attribute("/", "seed", std::bit_cast<std::int64_t>(batches.seed));
  write_preprocessing(batches.preprocessing, file);
}

AugmentationRecipe read(const H5Reader& file, const Resolve& resolve) {
  AugmentationRecipe batches;
  batches.data = Value<Dataset>(resolve(Dataset::codec(), file.text_attribute("/", "data")));
  batches.policy = Conversion<Policy>::read(parse_own_json(file.text_attribute("/", "policy")), "policy");
  batches.seed = std::bit_cast<std::uint64_t>(file.whole_attribute("/", "seed"));
  const auto& data = *batches.data;
  batches.preprocessing =
      read_preprocessing(file, AugmentationRecipe::kind, {data.height, data.width, data.channels});
  return batches;
}

}  // namespace

const Codec& AugmentationRecipe::codec() {
  static const Codec codec = [] {
    auto made = make_codec<AugmentationRecipe>(2, write, read);
    made.references = [](const void* value) {
      return std::vector{static_cast<const AugmentationRecipe*>(value)->data.object()};
    };
    return made;
  }();
  return codec;
}

Augmenter augmenter(const AugmentationRecipe& batches) {
  return {batches.policy, batches.preprocessing};
}

Random augment_random(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position) {
  return {batches.seed, Purpose::augment, epoch, batches.data->index[position]};
}

void augment_sample(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position,
                    std::uint8_t* out) {
  const auto& data = *batches.data;
  const auto maker = augmenter(batches);
  const auto random = augment_random(batches, epoch, position);
  if (is_plain(data, batches.preprocessing)) return maker.augmented(data.image(position).data(), random, out);
  const auto drawn = maker.draw(random, size_taken(data, position));
  Viewer viewer;
  maker.carry_out(drawn, viewer.placed(data, position, batches.preprocessing, *drawn.crop), out);
}

}  // namespace fovea
