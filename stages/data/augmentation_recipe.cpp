#include "stages/data/augmentation_recipe.hpp"

#include <bit>

#include "runtime/store/artifact.hpp"
#include "stages/data/viewer.hpp"

// Stored AugmentationRecipe:
//   /              attributes data: the identity of the Dataset; policy: its ops as JSON; seed: 64 bits as a
//                  signed number
//   mean, std      float64 per channel, of values scaled to 0 .. 1

namespace fovea {
namespace {

void write(const AugmentationRecipe& batches, H5Writer& file) {
  assert(!batches.data.object().empty());
  file.attribute("/", "data", batches.data.object());
  file.attribute("/", "policy", Conversion<Policy>::write(batches.policy, Keep::all).dump());
  file.attribute("/", "seed", std::bit_cast<std::int64_t>(batches.seed));
  file.write("mean", batches.mean);
  file.write("std", batches.std);
}

std::vector<double> numbers(const H5Reader& file, const std::string& name, std::size_t count) {
  const auto values = file.read<double>(name);
  if (values.size() != count)
    throw Error("AugmentationRecipe: \"" + name + "\" is not per channel; make it again");
  return {values.begin(), values.end()};
}

AugmentationRecipe read(const H5Reader& file, const Resolve& resolve) {
  AugmentationRecipe batches;
  batches.data = Value<Dataset>(resolve(Dataset::codec(), file.text_attribute("/", "data")));
  batches.policy = Conversion<Policy>::read(parse_own_json(file.text_attribute("/", "policy")), "policy");
  batches.seed = std::bit_cast<std::uint64_t>(file.whole_attribute("/", "seed"));
  batches.mean = numbers(file, "mean", batches.data->channels);
  batches.std = numbers(file, "std", batches.data->channels);
  return batches;
}

}  // namespace

const Codec& AugmentationRecipe::codec() {
  static const Codec codec = [] {
    auto made = make_codec<AugmentationRecipe>(1, write, read);
    made.references = [](const void* value) {
      return std::vector{static_cast<const AugmentationRecipe*>(value)->data.object()};
    };
    return made;
  }();
  return codec;
}

Augmenter augmenter(const AugmentationRecipe& batches) {
  const auto& data = *batches.data;
  return {batches.policy, {data.height, data.width, data.channels}, batches.mean, batches.std};
}

Random augment_random(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position) {
  return {batches.seed, Purpose::augment, epoch, batches.data->index[position]};
}

void augment_sample(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position,
                    float* out) {
  const auto& data = *batches.data;
  const auto maker = augmenter(batches);
  const auto random = augment_random(batches, epoch, position);
  if (!data.is_encoded()) return maker.augmented(data.image(position).data(), random, out);
  const auto drawn = maker.draw(random, size_taken(data, position));
  Viewer viewer;
  maker.carry_out(drawn, viewer.see(data, position, *drawn.crop, drawn.size), out);
}

}  // namespace fovea
