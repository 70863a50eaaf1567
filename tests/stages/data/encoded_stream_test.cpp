#include "stages/data/batch_stream.hpp"
#include "stages/data/builder.hpp"
#include "stages/data/viewer.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea {
namespace {

/// Photographs of different sizes as JPEG files, seen in 24 x 32.
Dataset album(std::size_t count = 12) {
  DatasetBuilder builder(24, 32, 3, {"odd", "even"});
  for (std::size_t i = 0; i < count; ++i) {
    const auto file = testing::jpeg_bytes(testing::photo(60 + 7 * i, 50 + 11 * i, 3));
    builder.add_file(file, static_cast<std::int32_t>(i % 2), Part::train);
  }
  return builder.build();
}

AugmentationRecipe album_recipe(const Policy& policy) {
  const auto data = album();
  return {.data = data, .policy = policy, .seed = 4, .preprocessing = own_preprocessing(data)};
}

std::vector<std::uint8_t> images_of(BatchStream stream) {
  std::vector<std::uint8_t> all;
  while (const auto* batch = stream.next()) all.insert(all.end(), batch->images.begin(), batch->images.end());
  return all;
}

}  // namespace

TEST_CASE("encoded images are seen as their middle part in the size of their data set") {
  const auto data = album();
  const auto all =
      images_of(BatchStream::plain(data, testing::normalising({24, 32, 3}, {0, 0, 0}, {1, 1, 1}), 5, 2));
  REQUIRE(all.size() == 12 * data.image_bytes());
  Viewer viewer;
  const auto* seen = viewer.plain(data, 7, own_preprocessing(data));
  CHECK(std::equal(seen, seen + data.image_bytes(), &all[7 * data.image_bytes()]));
}

TEST_CASE(
    "encoded images are augmented alike whatever the number of threads, and one sample on its own too") {
  const auto recipe = album_recipe({RandomResizedCrop{}, FlipHorizontal{}, Contrast{}});
  const auto one = images_of(BatchStream::training(recipe, 3, 5, 1));
  CHECK(one == images_of(BatchStream::training(recipe, 3, 5, 3)));
  CHECK(one != images_of(BatchStream::training(recipe, 4, 5, 3)));
  std::vector<std::uint8_t> sample(recipe.data->image_bytes());
  augment_sample(recipe, 3, 6, sample.data());
  bool found = false;
  for (std::size_t i = 0; i < 12; ++i)
    found = found || std::equal(sample.begin(), sample.end(),
                                one.begin() + static_cast<std::ptrdiff_t>(i * sample.size()));
  CHECK(found);
}

TEST_CASE("a stream of encoded images tells how long it decoded and augmented") {
  const auto recipe = album_recipe({RandomResizedCrop{}});
  auto stream = BatchStream::training(recipe, 0, 4, 2);
  while (stream.next() != nullptr) continue;
  const auto times = stream.times();
  CHECK(times.decoding > 0);
  CHECK(times.augmenting > 0);
}

TEST_CASE("the statistics of encoded images are those of what is seen") {
  const auto data = album();
  Viewer viewer;
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto* seen = viewer.plain(data, i, own_preprocessing(data));
    for (std::size_t k = 1; k < data.image_bytes(); k += 3) sum += seen[k] / 255.0;
  }
  CHECK(data.mean[1] == Approx(sum / static_cast<double>(data.size() * 24 * 32)));
}

TEST_CASE("a damaged file is an error that says which image it is") {
  auto data = album(3);
  std::vector<std::uint8_t> encoded(data.encoded.begin(), data.encoded.end());
  const auto middle = static_cast<std::size_t>(data.offsets[1] + data.offsets[2]) / 2;
  std::fill_n(encoded.begin() + static_cast<std::ptrdiff_t>(middle), 40, std::uint8_t{0xFF});
  data.encoded = std::move(encoded);
  CHECK_THROWS_WITH(images_of(BatchStream::plain(data, own_preprocessing(data), 1, 1)),
                    Catch::StartsWith("image 1 of class \"even\": a JPEG "));
}

}  // namespace fovea
