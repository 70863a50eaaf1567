#include <algorithm>
#include <cmath>

#include "graph/json.hpp"
#include "stages/data/ops/policy.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/data/normalising.hpp"

// The numbers are those of scipy's map_coordinates: oracle/fill.py.

namespace fovea {
namespace {

const ImageSize picture_size{6, 7, 1};

std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> pixels;
  for (std::size_t y = 0; y < picture_size.height; ++y) {
    for (std::size_t x = 0; x < picture_size.width; ++x)
      pixels.push_back(static_cast<std::uint8_t>((x * 37 + y * 59 + x * y * 11) % 256));
  }
  return pixels;
}

Fill fill_named(const std::string& name) {
  return name == "black" ? Fill::black : name == "edge" ? Fill::edge : Fill::reflect;
}

TEST_CASE("fill: black, edge and reflect are what scipy gives, however far outside") {
  const auto image = picture();
  std::vector<std::uint8_t> out(picture_size.values());
  for (const auto& one : parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/fill.json"))) {
    INFO(one.at("fill") << " " << one.at("name"));
    const auto w = one.at("warp").get<std::vector<float>>();
    const PixelPass pass(picture_size, {102}, fill_named(one.at("fill").get<std::string>()));
    pass.warp(image.data(), {w[0], w[1], w[2], w[3], w[4], w[5]}, one.at("nearest").get<bool>(), out.data());
    const auto wanted = one.at("image").get<std::vector<double>>();
    for (std::size_t i = 0; i < out.size(); ++i) CHECK(std::abs(out[i] - wanted[i]) < 0.6);
  }
}

TEST_CASE("fill: a policy says what comes in from outside, which is the mean where nothing is said") {
  const std::vector<std::uint8_t> image(picture_size.values(), 200);
  const auto corner = [&](const char* fill) {
    Translate shift{.max = 1};
    if (*fill != 0) shift.fill = fill;
    const Augmenter augmenter({shift}, testing::normalising(picture_size, {0.4}, {1}));
    std::uint8_t least = 255;
    std::vector<std::uint8_t> out(picture_size.values());
    for (std::uint32_t i = 0; i < 20; ++i) {
      augmenter.augmented(image.data(), Random(1, Purpose::augment, 0, i), out.data());
      least = std::min(least, *std::min_element(out.begin(), out.end()));
    }
    return int{least};
  };
  CHECK(corner("") == 102);
  CHECK(corner("mean") == 102);
  CHECK(corner("black") == 0);
  CHECK(corner("edge") == 200);
  CHECK(corner("reflect") == 200);
}

TEST_CASE("fill: what is erased is the fill colour, which is the mean where the fill is no colour") {
  const std::vector<std::uint8_t> image(picture_size.values(), 200);
  for (const auto& [fill, colour] : {std::pair{"mean", 102}, {"black", 0}, {"edge", 102}, {"reflect", 102}}) {
    INFO(fill);
    const Augmenter augmenter({Crop{.padding = 0, .fill = fill}, Cutout{.size = 1}},
                              testing::normalising(picture_size, {0.4}, {1}));
    std::vector<std::uint8_t> out(picture_size.values());
    augmenter.augmented(image.data(), Random(1, Purpose::augment), out.data());
    CHECK(std::count(out.begin(), out.end(), colour) >= 9);
    CHECK(std::ranges::all_of(out, [&](int value) { return value == colour || value == 200; }));
  }
}

TEST_CASE("fill: ops that differ in it are refused, since all are carried out at once") {
  CHECK(error_of([] {
          check_policy({FlipVertical{}, Crop{.fill = "reflect"}, TrivialAugment{}}, "policy");
        }) ==
        "policy[2].fill: \"mean\", but \"reflect\" in [1]; all ops of a policy are carried out at once, so "
        "give "
        "them the same");
  CHECK_NOTHROW(check_policy({Crop{.fill = "reflect"}, TrivialAugment{.fill = "reflect"}}, "policy"));
}

TEST_CASE("fill: an image of one pixel is reflected as itself") {
  const ImageSize one{1, 1, 3};
  const std::uint8_t pixel[] = {7, 8, 9};
  std::uint8_t out[3] = {};
  PixelPass(one, {}, Fill::reflect).warp(pixel, {.c = -5, .f = 3}, false, out);
  CHECK((out[0] == 7 && out[1] == 8 && out[2] == 9));
}

}  // namespace
}  // namespace fovea
