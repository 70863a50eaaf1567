#include "stages/figures/augmentation_samples.hpp"

#include <algorithm>
#include <cmath>

#include "render/layout.hpp"
#include "render/sheet.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

constexpr std::size_t most_images = 6;
constexpr std::uint32_t versions = 8;

/// Samples that lie evenly in the data.
std::vector<std::size_t> chosen(const Dataset& data) {
  const auto count = std::min(most_images, data.size());
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < count; ++i) positions.push_back((2 * i + 1) * data.size() / (2 * count));
  return positions;
}

/// Normalised floats as the picture that they stand for.
render::SheetPicture picture_of(const std::vector<float>& values, const Batches& batches,
                                const std::string& caption) {
  const auto& data = *batches.data;
  render::SheetPicture picture{.columns = static_cast<int>(data.width),
                               .rows = static_cast<int>(data.height),
                               .rgb = {},
                               .caption = caption};
  for (std::size_t i = 0; i < data.height * data.width; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      const auto c = data.channels == 1 ? 0 : k;
      const double spread = batches.deviation[c] > 0 ? batches.deviation[c] : 1;
      const double value = static_cast<double>(values[i * data.channels + c]) * spread + batches.mean[c];
      picture.rgb.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(255 * value), 0L, 255L)));
    }
  }
  return picture;
}

render::SheetPicture original(const Batches& batches, std::size_t position) {
  const auto& data = *batches.data;
  std::vector<float> values(data.image_bytes());
  Viewer viewer;
  const auto* image = data.is_encoded() ? viewer.see_centre(data, position) : data.image(position).data();
  augmenter(batches).plain(image, values.data());
  return picture_of(values, batches, data.class_names[static_cast<std::size_t>(data.labels[position])]);
}

std::string ops_on(const Batches& batches, std::uint32_t epoch, std::size_t position) {
  const auto& data = *batches.data;
  const auto taken = data.is_encoded() ? std::optional(size_taken(data, position)) : std::nullopt;
  const auto names = augmenter(batches).applied(augment_random(batches, epoch, position), taken);
  std::vector<std::string> words(names.begin(), names.end());
  return words.empty() ? "unchanged" : join(words, ", ");
}

std::vector<render::SheetPicture> row_of(const Batches& batches, std::size_t position) {
  std::vector<render::SheetPicture> row{original(batches, position)};
  std::vector<float> values(batches.data->image_bytes());
  for (std::uint32_t epoch = 0; epoch < versions; ++epoch) {
    augment_sample(batches, epoch, position, values.data());
    row.push_back(picture_of(values, batches, ops_on(batches, epoch, position)));
  }
  return row;
}

}  // namespace

render::Drawing draw_augmentation_samples(const Batches& batches, render::Size size,
                                          const render::Measure& measure) {
  render::Sheet sheet{.headings = {"original"}};
  for (std::uint32_t epoch = 1; epoch <= versions; ++epoch)
    sheet.headings.push_back("epoch " + std::to_string(epoch));
  for (const auto position : chosen(*batches.data)) sheet.pictures.push_back(row_of(batches, position));
  const auto names = op_names(batches.policy);
  return draw(render::Figure{.title = "Augmentation",
                             .subtitle = names.empty() ? "nothing is changed" : join(names, ", "),
                             .size = size,
                             .parts = {sheet}},
              measure);
}

}  // namespace fovea
