#include "stages/figures/augmentation_samples.hpp"

#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/data/normalising.hpp"
#include "tests/stages/figures/drawing_text.hpp"

namespace fovea {
namespace {

render::Drawing sample_sheet(const Policy& policy, std::size_t channels = 3) {
  const auto data = testing::small_dataset({0, 1, 2, 0, 1, 2, 0}, 20, 16, channels);
  return draw_augmentation_samples({.data = data, .policy = policy, .preprocessing = own_preprocessing(data)},
                                   {1600, 1200}, render::measure_text);
}

std::size_t count_images(const render::Shapes& shapes) {
  std::size_t count = 0;
  for (const auto& shape : shapes) count += std::holds_alternative<render::Image>(shape);
  return count;
}

}  // namespace

TEST_CASE("augmentation samples: six images beside eight versions each, named by what was done to them") {
  const auto drawing = sample_sheet({FlipHorizontal{.p = 1}, Rotate{}, Mixup{}});
  CHECK(count_images(drawing.shapes) == 6 * 9);
  CHECK(count_texts(drawing, "flip_horizontal, rotate, mixup") == 1);
  CHECK(count_texts(drawing, "flip_horizontal,") >= 48);
  check_texts(drawing);
}

TEST_CASE(
    "augmentation samples: without a policy all versions are the image, and gray images have three equal "
    "channels") {
  const auto drawing = sample_sheet({}, 1);
  CHECK(count_texts(drawing, "unchanged") == 48);
  const render::Image* first = nullptr;
  for (const auto& shape : drawing.shapes) {
    const auto* image = std::get_if<render::Image>(&shape);
    if (image == nullptr) continue;
    if (first == nullptr) first = image;
    REQUIRE(image->rgb.size() == 20 * 16 * 3);
    CHECK(image->rgb[0] == image->rgb[2]);
  }
  REQUIRE(first != nullptr);
  CHECK(first->rgb[0] == testing::counted_bytes(7 * 320)[320 * (1 * 7 / 12)]);
}

TEST_CASE("augmentation samples: mixed images are shown with both labels and their shares") {
  const auto drawing = sample_sheet({Mixup{.alpha = 1}});
  CHECK(count_texts(drawing, "unchanged") == 0);
  CHECK(count_texts(drawing, "\n+ ") == 6 * 8);
  const auto data = testing::small_dataset({0, 1}, 1, 1, 1);
  const AugmentationRecipe batches{.data = data,
                                   .policy = {Mixup{.alpha = 1}},
                                   .preprocessing = testing::normalising({1, 1, 1}, {0}, {1})};
  const auto share = static_cast<double>(augmenter(batches).mixing({0, Purpose::mix, 0, 0}).share);
  const auto sheet = draw_augmentation_samples(batches, {1600, 1200}, render::measure_text);
  std::vector<render::Image> images;
  for (const auto& shape : sheet.shapes) {
    if (const auto* image = std::get_if<render::Image>(&shape)) images.push_back(*image);
  }
  REQUIRE(images.size() == 2 * 9);
  CHECK(std::abs(images[1].rgb[0] - (share * images[0].rgb[0] + (1 - share) * images[9].rgb[0])) <= 1);
}

TEST_CASE("augmentation samples: long names of mixed classes lose their middle, and shares stay") {
  auto data = testing::small_dataset({0, 1}, 20, 16, 3);
  data.class_names = {"Egyptian mau cat", "golden retriever"};
  const AugmentationRecipe batches{
      .data = data, .policy = {CutMix{}, FlipHorizontal{.p = 1}}, .preprocessing = own_preprocessing(data)};
  const auto drawing = draw_augmentation_samples(batches, {1600, 1200}, render::measure_text);
  CHECK(count_texts(drawing, "Egypt…u cat 0.") > 0);
  CHECK(count_texts(drawing, "flip_horizontal") >= 16);
  CHECK(texts_in_collision(drawing, render::measure_text) == "");
}

TEST_CASE("augmentation samples: an original is called by its class and the last part of its name") {
  auto data = testing::small_dataset({0, 1}, 20, 16, 3);
  NameList names;
  names.add("train/cat/one.png");
  names.add("photographs-of-summer-2024.npz:images:17");
  data.names = names.finish();
  const AugmentationRecipe batches{
      .data = data, .policy = {FlipHorizontal{.p = 1}}, .preprocessing = own_preprocessing(data)};
  const auto drawing = draw_augmentation_samples(batches, {1600, 1200}, render::measure_text);
  CHECK(count_texts(drawing, data.class_names[0] + "\none.png") == 1);
  CHECK(count_texts(drawing, "photograp…images:17") == 1);
  CHECK(text_outside(drawing, render::measure_text) == "");
  CHECK(texts_in_collision(drawing, render::measure_text) == "");
}

TEST_CASE("augmentation samples: captions of mixed classes with long names tell every op that was applied") {
  auto data = testing::small_dataset({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 32, 32, 1);
  data.class_names.clear();
  for (int c = 0; c < 10; ++c)
    data.class_names.push_back("Common alder, black alder (Alnus glutinosa) " + std::to_string(c));
  const AugmentationRecipe batches{
      .data = data,
      .policy = {RandomResizedCrop{}, TrivialAugment{}, RandomErasing{.p = 1}, Mixup{}},
      .preprocessing = own_preprocessing(data)};
  const auto drawing = draw_augmentation_samples(batches, {1600, 1200}, render::measure_text);
  for (const auto& text : texts_of(drawing.shapes)) CHECK_FALSE(text.text.ends_with("…"));
  CHECK(count_texts(drawing, "Commo…sa) 4 0.") > 0);
  CHECK(texts_in_collision(drawing, render::measure_text) == "");
}

TEST_CASE("augmentation samples: the first of a row is the image of its class, the others are its versions") {
  const auto data = testing::small_dataset({0, 1, 2, 0, 1, 2}, 20, 16, 3);
  const AugmentationRecipe batches{
      .data = data, .policy = {FlipHorizontal{.p = 1}}, .preprocessing = own_preprocessing(data)};
  const auto drawing = draw_augmentation_samples(batches, {1600, 1200}, render::measure_text);
  const auto texts = texts_of(drawing.shapes);
  const auto heading =
      std::find_if(texts.begin(), texts.end(), [](const auto& one) { return one.text == "original"; });
  REQUIRE(heading != texts.end());
  std::vector<render::Image> originals;
  for (const auto& image : render::all<render::Image>(drawing.shapes)) {
    if (std::abs(image.box.center().x - heading->at.x) < 8) originals.push_back(image);
  }
  REQUIRE(originals.size() == 6);
  for (std::size_t row = 0; row < 6; ++row) {
    const auto pixels = data.image(row);
    CHECK(std::equal(pixels.begin(), pixels.end(), originals[row].rgb.begin()));
    for (const auto& image : render::all<render::Image>(drawing.shapes)) {
      if (std::abs(image.box.y - originals[row].box.y) > 1 || image.box.x <= originals[row].box.x) continue;
      const auto columns = static_cast<std::size_t>(image.columns);
      for (std::size_t x = 0; x < columns; ++x) CHECK(image.rgb[3 * x] == pixels[3 * (columns - 1 - x)]);
    }
  }
}

}  // namespace fovea
