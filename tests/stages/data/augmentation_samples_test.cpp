#include "stages/figures/augmentation_samples.hpp"

#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/drawing_text.hpp"

namespace fovea {
namespace {

render::Drawing sample_sheet(const Policy& policy, std::size_t channels = 3) {
  const auto data = testing::small_dataset({0, 1, 2, 0, 1, 2, 0}, 20, 16, channels);
  return draw_augmentation_samples(
      {.data = data, .policy = policy, .mean = data.mean, .deviation = data.deviation}, {1600, 1200},
      render::measure_text);
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
  CHECK(text_outside(drawing, render::measure_text) == "");
  CHECK(texts_in_collision(drawing, render::measure_text) == "");
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

}  // namespace fovea
