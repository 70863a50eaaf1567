#include "stages/data/preprocessing.hpp"

#include <fstream>
#include <iterator>

#include "stages/data/batch_stream.hpp"
#include "stages/data/builder.hpp"
#include "stages/data/viewer.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea {
namespace {

using testing::normalising;

/// As preprocessing.py has it.
std::vector<std::uint8_t> picture_to_fit(const ImageSize& size) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t y = 0; y < size.height; ++y) {
    for (std::size_t x = 0; x < size.width; ++x) {
      for (std::size_t c = 0; c < size.channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(64 + (x * 37 + y * 91 + c * 53 + x * y % 29 * 5) % 128));
    }
  }
  return pixels;
}

Json fit_oracle() {
  std::ifstream file(FOVEA_SOURCE_DIR "/tests/stages/oracle/preprocessing.json");
  const auto all = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  REQUIRE_FALSE(all.empty());
  return all;
}

ImageSize size_in(const Json& list) {
  return {list.at(0).get<std::size_t>(), list.at(1).get<std::size_t>(), list.at(2).get<std::size_t>()};
}

Dataset of_pixels(const ImageSize& size, const std::vector<std::uint8_t>& pixels) {
  DatasetBuilder builder(size.height, size.width, size.channels, {"one"});
  builder.add(pixels, 0);
  return builder.build();
}

/// The file of one image, in a data set that is itself seen in 5 x 5 RGB.
Dataset of_file(const std::vector<std::uint8_t>& file, std::size_t channels = 3) {
  DatasetBuilder builder(5, 5, channels, {"one"});
  builder.add_file(file, 0);
  return builder.build();
}

std::vector<std::uint8_t> view_of(const Dataset& data, const Preprocessing& how) {
  Viewer viewer;
  const auto* seen = viewer.plain(data, 0, how);
  return {seen, seen + how.size.values()};
}

int furthest(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& other) {
  REQUIRE(one.size() == other.size());
  int most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) most = std::max(most, std::abs(one[i] - other[i]));
  return most;
}

double mean_difference(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& other) {
  double sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += std::abs(one[i] - other[i]);
  return sum / static_cast<double>(one.size());
}

Preprocessing preprocessing_of(const Json& one) {
  const FitSettings settings{one["fit"], one["crop_pct"], one["interpolation"], one["antialias"], "black"};
  auto how = settings.of(of_pixels({1, 1, 1}, {0}), {});
  how.size = size_in(one["size"]);
  how.fill = {10, 200, 90};
  how.fill.resize(how.size.channels);
  return how;
}

}  // namespace

TEST_CASE(
    "preprocessing: pixels of any size are within 1 of what torchvision, timm and Pillow make of them") {
  for (const auto& one : fit_oracle()) {
    INFO(one["name"]);
    const auto size = size_in(one["image"]);
    const auto seen = view_of(of_pixels(size, picture_to_fit(size)), preprocessing_of(one));
    CHECK(furthest(seen, one["values"].get<std::vector<std::uint8_t>>()) <= 1);
  }
}

TEST_CASE("preprocessing: an image gives the same bytes as a file and as pixels") {
  for (const auto& one : fit_oracle()) {
    INFO(one["name"]);
    const auto size = size_in(one["image"]);
    const auto pixels = picture_to_fit(size);
    const auto file =
        testing::png(static_cast<std::uint32_t>(size.height), static_cast<std::uint32_t>(size.width),
                     static_cast<std::uint32_t>(size.channels), pixels);
    const auto how = preprocessing_of(one);
    CHECK(view_of(of_file(file), how) == view_of(of_pixels(size, pixels), how));
  }
}

TEST_CASE("preprocessing: a file in colour whose data set is gray is seen in gray by a model of RGB") {
  const auto pixels = picture_to_fit({12, 16, 3});
  const auto seen = view_of(of_file(testing::png(12, 16, 3, pixels), 1), normalising({12, 16, 3}, {0}, {1}));
  const auto gray = view_of(of_pixels({12, 16, 3}, pixels), normalising({12, 16, 1}, {0}, {1}));
  REQUIRE(seen.size() == 3 * gray.size());
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == gray[i / 3]);
}

TEST_CASE("preprocessing: a JPEG that becomes less than half as large gives the bytes of its pixels") {
  const auto file = testing::jpeg_bytes(testing::photo(60, 90, 3));
  ImageDecoder decoder;
  const auto whole = decoder.whole(file, 3, "x");
  const auto data = of_pixels({60, 90, 3}, {whole.pixels.begin(), whole.pixels.end()});
  for (const auto* fit : {"crop", "short_side", "letterbox", "stretch"}) {
    for (const auto* interpolation : {"nearest", "bilinear", "bicubic"}) {
      INFO(fit << ", " << interpolation);
      const FitSettings settings{.fit = fit, .interpolation = interpolation};
      const auto how = settings.of(data, std::vector<std::int64_t>{40, 52});
      CHECK(view_of(of_file(file), how) == view_of(data, how));
    }
  }
}

TEST_CASE(
    "preprocessing: a JPEG that becomes much smaller is decoded smaller, which keeps to its pixels on "
    "average") {
  const auto file = testing::jpeg_bytes(testing::photo(400, 500, 3));
  ImageDecoder decoder;
  const auto whole = decoder.whole(file, 3, "x");
  const auto data = of_pixels({400, 500, 3}, {whole.pixels.begin(), whole.pixels.end()});
  const auto seen = [&](const FitSettings& settings, const Dataset& of) {
    return view_of(of, settings.of(data, std::vector<std::int64_t>{48, 48}));
  };
  const auto scaled = seen({.fit = "short_side"}, of_file(file)), exact = seen({.fit = "short_side"}, data);
  CHECK(furthest(scaled, exact) <= 10);
  CHECK(mean_difference(scaled, exact) < 2);
  const FitSettings nearest{.fit = "short_side", .interpolation = "nearest"};
  CHECK(seen(nearest, of_file(file)) == seen(nearest, data));
  const FitSettings plainly{.fit = "short_side", .antialias = false};
  CHECK(seen(plainly, of_file(file)) == seen(plainly, data));
}

TEST_CASE("preprocessing: pixels of the right size are seen where they are, without a copy") {
  const auto data = of_pixels({4, 6, 3}, picture_to_fit({4, 6, 3}));
  Viewer viewer;
  for (const auto* fit : {"crop", "short_side", "letterbox", "stretch"}) {
    const FitSettings settings{.fit = fit};
    CHECK(viewer.plain(data, 0, settings.of(data, {})) == data.image(0).data());
  }
}

TEST_CASE("preprocessing: bicubic overshoots end at black and white") {
  const auto data = of_pixels({1, 4, 1}, {0, 0, 255, 255});
  const FitSettings settings{.fit = "stretch", .interpolation = "bicubic"};
  const auto seen = view_of(data, settings.of(data, std::vector<std::int64_t>{1, 16}));
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK((seen.front() == 0 && seen.back() == 255));
}

TEST_CASE("preprocessing: the plain stream scales bytes, subtracts the mean and divides by std") {
  const auto data = of_pixels({3, 2, 1}, {0, 50, 100, 150, 200, 255});
  auto how = normalising({3, 2, 1}, {1}, {0.5});
  how.scale = 1 / 127.5;
  auto stream = BatchStream::plain(data, how, 4, 1);
  const auto* batch = stream.next();
  REQUIRE(batch != nullptr);
  const auto values = testing::normalised(batch->images, stream.preprocessing());
  REQUIRE(values.size() == 6);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(values[i] == Approx((data.pixels[i] / 127.5 - 1) / 0.5).margin(1e-6));
}

TEST_CASE("preprocessing: the plain stream shows data of another size and other channels") {
  const auto data = of_pixels({6, 10, 3}, picture_to_fit({6, 10, 3}));
  const auto how = normalising({4, 4, 1}, {0}, {1.0 / 255});
  const auto wanted = view_of(data, how);
  auto stream = BatchStream::plain(data, how, 4, 1);
  const auto* batch = stream.next();
  REQUIRE(batch != nullptr);
  CHECK(batch->images == wanted);
}

TEST_CASE("preprocessing: settings that a fit does not use are refused") {
  const auto refused = [](const FitSettings& settings) {
    return error_of([&] { settings.check("augment"); });
  };
  CHECK(refused({.fit = "crop", .crop_pct = 0.875}) ==
        "augment.crop_pct: not used by \"fit\": \"crop\"; leave it out, or set \"fit\" to \"short_side\"");
  CHECK(refused({.fit = "stretch", .fill = "black"}) ==
        "augment.fill: not used by \"fit\": \"stretch\"; leave it out, or set \"fit\" to \"letterbox\"");
  CHECK_NOTHROW(FitSettings{.fit = "letterbox", .fill = "black"}.check("augment"));
}

TEST_CASE("preprocessing: what letterbox pads with is the mean colour of the data, or black") {
  auto data = of_pixels({1, 1, 3}, {10, 20, 30});
  data.mean = {0.1, 0.5, 1};
  CHECK(FitSettings{.fit = "letterbox"}.of(data, {}).fill == std::vector<std::uint8_t>{26, 128, 255});
  CHECK(FitSettings{.fit = "letterbox", .fill = "black"}.of(data, {}).fill ==
        std::vector<std::uint8_t>{0, 0, 0});
}

}  // namespace fovea
