#include "stages/figures/augmentation_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "render/layout.hpp"
#include "render/sheet.hpp"
#include "render/text.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

constexpr std::size_t most_images = 6;
constexpr std::uint32_t versions = 8;

/// Returns the positions of samples that are spread evenly over the data.
std::vector<std::size_t> chosen(const Dataset& data) {
  const auto count = std::min(most_images, data.size());
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < count; ++i) positions.push_back((2 * i + 1) * data.size() / (2 * count));
  return positions;
}

/// Makes a picture of H x W x C bytes.
render::SheetPicture picture_of(const std::uint8_t* bytes, const ImageSize& size,
                                const std::string& caption) {
  render::SheetPicture picture{.columns = static_cast<int>(size.width),
                               .rows = static_cast<int>(size.height),
                               .rgb = {},
                               .caption = caption};
  for (std::size_t i = 0; i < size.height * size.width; ++i) {
    for (std::size_t k = 0; k < 3; ++k)
      picture.rgb.push_back(bytes[i * size.channels + (size.channels == 1 ? 0 : k)]);
  }
  return picture;
}

std::string class_name(const Dataset& data, std::size_t position) {
  return data.class_names[static_cast<std::size_t>(data.labels[position])];
}

/// Shortens a long name by its middle.
std::string shortened(const std::string& name, std::size_t most = 12) {
  const auto all = render::characters(name);
  if (all.size() <= most) return name;
  const auto end = (most - 2) / 2, begin = most - 2 - end;
  const auto first = static_cast<std::size_t>(all[begin].data() - name.data());
  return name.substr(0, first) + "…" +
         name.substr(static_cast<std::size_t>(all[all.size() - end].data() - name.data()));
}

/// Returns the class of a sample, and below it the last part of its name.
std::string caption_of(const Dataset& data, std::size_t position) {
  constexpr std::size_t most = 20;
  const auto name = class_name(data, position);
  if (data.names.empty()) return name;
  return name + '\n' + shortened(std::filesystem::path(data.name(position)).filename().string(), most);
}

render::SheetPicture original(const AugmentationRecipe& batches, std::size_t position) {
  const auto& data = *batches.data;
  Viewer viewer;
  return picture_of(viewer.plain(data, position, batches.preprocessing), batches.preprocessing.size,
                    caption_of(data, position));
}

/// Returns the labels of a mixed image: "cat 0.7 + dog 0.3".
std::string labels_of(const std::string& own, const std::string& other, float share) {
  const auto part = [](const std::string& name, float of) {
    char text[16];
    std::snprintf(text, sizeof text, " %.2f", static_cast<double>(of));
    return shortened(name) + text;
  };
  return part(own, share) + "\n+ " + part(other, 1 - share);
}

std::string ops_on(const AugmentationRecipe& batches, std::uint32_t epoch, std::size_t position) {
  const auto& data = *batches.data;
  const auto taken =
      is_plain(data, batches.preprocessing) ? std::nullopt : std::optional(size_taken(data, position));
  const auto names = augmenter(batches).applied(augment_random(batches, epoch, position), taken);
  std::vector<std::string> words(names.begin(), names.end());
  return join(words, ", ");
}

/// Mixes images as a batch is mixed; a blend is rounded to bytes.
void mix(const Mixing& mixing, std::size_t count, std::vector<std::uint8_t>& images) {
  paste(mixing, count, images.data());
  const auto values = mixing.size.values();
  std::vector<float> blended(images.begin(), images.end());
  for (std::size_t i = 0; i < count / 2; ++i)
    blend(mixing.blended(), values, &blended[i * values], &blended[(count - 1 - i) * values]);
  std::ranges::transform(blended, images.begin(),
                         [](float value) { return static_cast<std::uint8_t>(std::lround(value)); });
}

/// Returns the samples at these positions as one batch of an epoch, mixed like its first batch.
std::vector<render::SheetPicture> batch_of(const AugmentationRecipe& batches,
                                           const std::vector<std::size_t>& positions, std::uint32_t epoch) {
  const auto& data = *batches.data;
  const auto each = batches.preprocessing.size.values();
  std::vector<std::uint8_t> images(positions.size() * each);
  for (std::size_t i = 0; i < positions.size(); ++i)
    augment_sample(batches, epoch, positions[i], &images[i * each]);
  const auto mixing = augmenter(batches).mixing({batches.seed, Purpose::mix, epoch, 0});
  if (mixing.drawn) mix(mixing, positions.size(), images);
  std::vector<render::SheetPicture> pictures;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto partner = positions.size() - 1 - i;
    auto caption = ops_on(batches, epoch, positions[i]);
    if (mixing.drawn && partner != i) {
      caption =
          labels_of(class_name(data, positions[i]), class_name(data, positions[partner]), mixing.share) +
          (caption.empty() ? "" : "\n" + caption);
    }
    pictures.push_back(
        picture_of(&images[i * each], batches.preprocessing.size, caption.empty() ? "unchanged" : caption));
  }
  return pictures;
}

}  // namespace

render::Drawing draw_augmentation_samples(const AugmentationRecipe& batches, render::Size size,
                                          const render::Measure& measure) {
  render::Sheet sheet{.headings = {"original"}};
  const auto positions = chosen(*batches.data);
  for (const auto position : positions) sheet.pictures.push_back({original(batches, position)});
  for (std::uint32_t epoch = 0; epoch < versions; ++epoch) {
    sheet.headings.push_back("epoch " + std::to_string(epoch + 1));
    auto pictures = batch_of(batches, positions, epoch);
    for (std::size_t row = 0; row < positions.size(); ++row)
      sheet.pictures[row].push_back(std::move(pictures[row]));
  }
  const auto names = op_names(batches.policy);
  return draw(render::Figure{.title = "Augmentation",
                             .subtitle = names.empty() ? "nothing is changed" : join(names, ", "),
                             .size = size,
                             .subplots = {sheet}},
              measure);
}

}  // namespace fovea
