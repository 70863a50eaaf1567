#include "stages/data/images/resample.hpp"

#include <fstream>
#include <iterator>

#include "graph/json.hpp"
#include "tests/catch.hpp"

namespace fovea {
namespace {

/// As resample.py has it: no two neighbours are alike.
std::vector<std::uint8_t> picture_to_resample(ImageSize size) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t y = 0; y < size.height; ++y) {
    for (std::size_t x = 0; x < size.width; ++x) {
      for (std::size_t c = 0; c < size.channels; ++c) {
        pixels.push_back(static_cast<std::uint8_t>(x * 37 + y * 91 + c * 53 + x * y % 29 * 5));
      }
    }
  }
  return pixels;
}

Json resample_oracle() {
  std::ifstream file(FOVEA_SOURCE_DIR "/tests/stages/oracle/resample.json");
  const auto all = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  REQUIRE_FALSE(all.empty());
  return all;
}

int largest_difference(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& other) {
  REQUIRE(one.size() == other.size());
  int largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i) largest = std::max(largest, std::abs(one[i] - other[i]));
  return largest;
}

TEST_CASE("resample: every value is within 1 of Pillow's") {
  Resampler resample;
  for (const auto& one : resample_oracle()) {
    INFO(one["name"]);
    const auto image = one["image"].get<std::vector<std::size_t>>();
    const auto box = one["box"].get<std::vector<double>>();
    const auto to = one["to"].get<std::vector<std::size_t>>();
    const ImageSize size{image[0], image[1], image[2]};
    std::vector<std::uint8_t> out(to[0] * to[1] * size.channels);
    resample(picture_to_resample(size).data(), size, {box[0], box[1], box[2], box[3]}, to[0], to[1],
             out.data());
    CHECK(largest_difference(out, one["values"].get<std::vector<std::uint8_t>>()) <= 1);
  }
}

TEST_CASE("resample: an image in its own size is itself") {
  for (const std::size_t channels : {1, 3}) {
    const ImageSize size{30, 41, channels};
    const auto pixels = picture_to_resample(size);
    std::vector<std::uint8_t> out(size.values());
    Resampler()(pixels.data(), size, {0, 0, 41, 30}, 30, 41, out.data());
    CHECK(out == pixels);
  }
}

TEST_CASE("resample: what has one colour keeps it at any size") {
  const ImageSize size{70, 900, 3};
  Resampler resample;
  for (const int value : {0, 1, 127, 254, 255}) {
    const std::vector<std::uint8_t> pixels(size.values(), static_cast<std::uint8_t>(value));
    for (const std::size_t side : {1, 2, 13, 64, 333}) {
      std::vector<std::uint8_t> out(side * side * 3);
      resample(pixels.data(), size, {0.3, 7.9, 880.4, 51.7}, side, side, out.data());
      CHECK(out == std::vector<std::uint8_t>(out.size(), static_cast<std::uint8_t>(value)));
    }
  }
}

TEST_CASE("resample: the mean of a long row is kept where each pixel weighs less than the least weight") {
  const ImageSize size{1, 60'000, 1};
  const auto pixels = picture_to_resample(size);
  double mean = 0;
  for (const auto value : pixels) mean += value;
  std::uint8_t out = 0;
  Resampler()(pixels.data(), size, {0, 0, 60'000, 1}, 1, 1, &out);
  CHECK(out == Approx(mean / 60'000).margin(2));
}

TEST_CASE("resample: nothing is read or written beyond the image") {
  Resampler resample;
  for (std::size_t side = 1; side < 20; ++side) {
    const ImageSize size{side, side, 3};
    const auto pixels = picture_to_resample(size);
    std::vector<std::uint8_t> out(7 * 5 * 3 + 1, 99);
    const auto extent = static_cast<double>(side);
    resample(pixels.data(), size, {extent - 0.5, extent - 0.25, 0.5, 0.25}, 7, 5, out.data());
    CHECK(out.back() == 99);
    CHECK(std::vector(out.begin(), out.begin() + 3) == std::vector(pixels.end() - 3, pixels.end()));
  }
}

}  // namespace
}  // namespace fovea
