#include "stages/data/augment.hpp"

#include <algorithm>

#include "render/cairo.hpp"
#include "runtime/context.hpp"
#include "stages/figures/augmentation_samples.hpp"

namespace fovea {

Augment::Out<Value> Augment::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  if (data.size() == 0) throw Error("data: no samples; at least one is needed to train on");
  const auto tests = std::count(data.parts.begin(), data.parts.end(), static_cast<std::uint8_t>(Part::test));
  if (tests > 0) {
    context.warn(std::to_string(tests) + " of the " + std::to_string(data.size()) +
                 " samples are of the source's test part; put a \"split\" before, and use its \"train\"");
  }
  AugmentationRecipe batches{.data = in.data,
                             .policy = params.policy,
                             .seed = context.seed,
                             .preprocessing = fit_settings(params).of(data, params.image_size.value)};
  const auto drawing = draw_augmentation_samples(batches, picture_size(params), render::measure_text);
  auto samples = save(drawing, "augmentation_samples", "Augmentation", params.formats, context);
  return {.batches = std::move(batches), .samples = std::move(samples)};
}

}  // namespace fovea
