#include "stages/data/resize.hpp"

#include "stages/data/images/resample.hpp"
#include "stages/data/viewer.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using testing::small_dataset;

Resize::Out<Value> resized(const Dataset& data, const Resize::Params& params, std::size_t threads = 2) {
  testing::Alone alone("resize");
  alone.context.threads = threads;
  return Resize::run({.data = data}, params, alone.context);
}

}  // namespace

TEST_CASE("resize: a part of a data set becomes one of its own in the new size, with labels and parts") {
  const auto data = small_dataset({0, 1, 2, 1, 0}, 8, 6, 3);
  const auto part = view(data, "object", {4, 1, 3});
  const auto out = resized(part, {.height = 4, .width = 3, .fit = "stretch"});
  CHECK(out.data->source.empty());
  CHECK(out.data->size() == 3);
  CHECK(testing::to_vector(out.data->labels) == std::vector<std::int32_t>{0, 1, 1});
  CHECK(out.data->class_names == data.class_names);
  std::vector<std::uint8_t> wanted(4 * 3 * 3);
  Resampler()(data.image(1).data(), {8, 6, 3}, {0, 0, 6, 8}, 4, 3, wanted.data());
  const auto image = out.data->image(1);
  CHECK(std::equal(image.begin(), image.end(), wanted.begin()));
  CHECK(out.data->mean.size() == 3);
}

TEST_CASE("resize: crop takes the middle that has the new proportions") {
  const auto data = small_dataset({0}, 4, 8, 1);
  const auto out = resized(data, {.height = 4, .width = 4});
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) CHECK(out.data->image(0)[4 * y + x] == data.image(0)[8 * y + x + 2]);
  }
}

TEST_CASE("resize: letterbox keeps all of an image, amid black where that is asked for") {
  const auto data = small_dataset({0}, 2, 4, 1);
  const auto out = resized(data, {.height = 4, .width = 4, .fit = "letterbox", .fill = "black"});
  const auto image = out.data->image(0);
  CHECK(std::vector(image.begin(), image.begin() + 4) == std::vector<std::uint8_t>{0, 0, 0, 0});
  CHECK(std::equal(image.begin() + 4, image.begin() + 12, data.image(0).begin()));
  CHECK(std::vector(image.begin() + 12, image.end()) == std::vector<std::uint8_t>{0, 0, 0, 0});
}

TEST_CASE("resize: what it makes is what a model that resizes in the same way sees") {
  const auto data = small_dataset({0, 1}, 11, 17, 3);
  const auto out = resized(data, {.height = 6, .width = 5, .fit = "short_side", .crop_pct = 0.8});
  const auto how =
      FitSettings{.fit = "short_side", .crop_pct = 0.8}.of(data, std::vector<std::int64_t>{6, 5});
  Viewer viewer;
  const auto* seen = viewer.plain(data, 1, how);
  CHECK(std::equal(seen, seen + how.size.values(), out.data->image(1).begin()));
}

TEST_CASE("resize: what is built for its images sees any image as it did, and theirs just as they are") {
  const auto data = small_dataset({0, 1}, 11, 17, 3);
  const auto out = resized(data, {.height = 6, .width = 5, .fit = "short_side", .crop_pct = 0.8});
  const auto how = own_preprocessing(view(*out.data, "object", {1}));
  Viewer viewer;
  CHECK(viewer.plain(*out.data, 1, how) == out.data->image(1).data());
  const auto* seen = viewer.plain(data, 1, how);
  CHECK(std::equal(seen, seen + how.size.values(), out.data->image(1).begin()));
  CHECK(FitSettings{}.of(*out.data, std::vector<std::int64_t>{3, 3}).fit == Fit::crop);
}

TEST_CASE("resize: that its images are seen in that size by another rule is refused") {
  const auto out = resized(small_dataset({0}, 4, 8, 1), {.height = 4, .width = 4, .fit = "letterbox"});
  CHECK_THROWS_WITH(FitSettings{.fit = "stretch"}.of(*out.data, {}),
                    "images have that size already, made with \"fit\": \"letterbox\", \"interpolation\": "
                    "\"bilinear\", \"fill\": \"mean\" ([110]), and are not seen with \"fit\": \"stretch\", "
                    "\"interpolation\": \"bilinear\" once more; leave that out, or set it in \"resize\"");
}

TEST_CASE("resize: the number of threads makes no difference") {
  const auto data = small_dataset(std::vector<std::int32_t>(100, 0), 9, 7, 3);
  const auto one = resized(data, {.height = 5, .width = 5}, 1),
             two = resized(data, {.height = 5, .width = 5}, 3);
  CHECK(testing::to_vector(one.data->pixels) == testing::to_vector(two.data->pixels));
}

}  // namespace fovea
