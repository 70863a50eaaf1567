#include "stages/data/policy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "tests/catch.hpp"

namespace fovea {
namespace {

const ImageSize gray{6, 8, 1};
const ImageSize colour{5, 7, 3};

std::vector<std::uint8_t> picture(ImageSize size) {
  std::vector<std::uint8_t> pixels(size.values());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 83 + 5);
  return pixels;
}

/// Statistics for which a pixel of value v becomes the float v.
std::vector<double> zeros(ImageSize size) {
  return std::vector<double>(size.channels, 0);
}
std::vector<double> as_bytes(ImageSize size) {
  return std::vector<double>(size.channels, 1.0 / 255);
}

std::vector<float> warped(const std::vector<std::uint8_t>& pixels, ImageSize size, const Warp& warp) {
  std::vector<float> out(size.values(), -1);
  PixelPass(size, zeros(size), as_bytes(size))(pixels.data(), warp, {}, out.data());
  return out;
}

/// What the pass should give: looked up pixel by pixel, black outside.
std::vector<float> looked_up(const std::vector<std::uint8_t>& pixels, ImageSize size, bool flip, int right,
                             int down) {
  std::vector<float> out;
  const auto width = static_cast<int>(size.width), height = static_cast<int>(size.height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int from_x = flip ? width - 1 - (x - right) : x - right, from_y = y - down;
      const bool inside = from_x >= 0 && from_x < width && from_y >= 0 && from_y < height;
      for (std::size_t c = 0; c < size.channels; ++c) {
        const auto at = static_cast<std::size_t>(from_y * width + from_x) * size.channels + c;
        out.push_back(inside ? pixels[at] : 0);
      }
    }
  }
  return out;
}

Warp flipped(ImageSize size) {
  return {.a = -1, .c = static_cast<float>(size.width) - 1};
}
Warp shifted(int right, int down) {
  return {.c = static_cast<float>(-right), .f = static_cast<float>(-down)};
}

TEST_CASE("flips and whole shifts move every pixel to its place") {
  for (const auto size : {gray, colour, ImageSize{1, 1, 1}, ImageSize{3, 2000, 3}, ImageSize{2, 9001, 1}}) {
    const auto pixels = picture(size);
    for (const int right : {-9, -3, 0, 2, 7}) {
      for (const int down : {-6, -1, 0, 4}) {
        CHECK(warped(pixels, size, shifted(right, down)) == looked_up(pixels, size, false, right, down));
        CHECK(warped(pixels, size, flipped(size).then(shifted(right, down))) ==
              looked_up(pixels, size, true, right, down));
      }
    }
  }
}

TEST_CASE("the bilinear warp agrees with the exact one where it meets whole pixels") {
  const auto pixels = picture(colour);
  auto warp = flipped(colour).then(shifted(2, -1));
  const auto exact = warped(pixels, colour, warp);
  warp.b = 1e-9F;
  REQUIRE_FALSE(warp.keeps_pixels());
  CHECK(warped(pixels, colour, warp) == exact);
}

TEST_CASE("between two pixels the warp shows their mean") {
  const ImageSize size{1, 4, 1};
  const std::vector<std::uint8_t> pixels{10, 20, 40, 100};
  CHECK(warped(pixels, size, {.c = 0.5F}) == std::vector<float>{15, 30, 70, 50});
}

TEST_CASE("a quarter turn by the bilinear warp turns the image") {
  const ImageSize size{2, 2, 1};
  CHECK(warped({1, 2, 3, 4}, size, {.a = 0, .b = 1, .c = 0, .d = -1, .e = 0, .f = 1}) ==
        std::vector<float>{3, 1, 4, 2});
}

TEST_CASE("one warp then another is their composition") {
  const Warp both = shifted(2, 0).then(flipped(gray));
  CHECK(warped(picture(gray), gray, both) == looked_up(picture(gray), gray, true, -2, 0));
}

TEST_CASE("normalisation subtracts the mean and divides by the deviation of each channel") {
  const auto pixels = picture(colour);
  const std::vector<double> mean{0.2, 0.5, 0.7}, deviation{0.1, 0.25, 0};
  std::vector<float> out(colour.values());
  Augmenter({}, colour, mean, deviation).plain(pixels.data(), out.data());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto spread = i % 3 == 2 ? 1 : deviation[i % 3];
    CHECK(out[i] == Approx((pixels[i] / 255.0 - mean[i % 3]) / spread).margin(1e-6));
  }
}

TEST_CASE("what a shift brings in from outside is nearly 0") {
  std::vector<float> out(colour.values());
  const std::vector<double> mean{0.21, 0.5, 0.77}, deviation{0.2, 0.2, 0.2};
  PixelPass(colour, mean, deviation)(picture(colour).data(), shifted(7, 0), {}, out.data());
  for (const auto value : out) CHECK(std::abs(value) <= 0.5 / 255 / 0.2 + 1e-6);
}

TEST_CASE("what is erased is exactly 0, and nothing else is touched") {
  auto pixels = picture(colour);
  std::replace(pixels.begin(), pixels.end(), std::uint8_t{0}, std::uint8_t{1});
  std::vector<float> out(colour.values());
  const Box box{.x = 2, .y = 1, .width = 3, .height = 2};
  PixelPass(colour, zeros(colour), as_bytes(colour))(pixels.data(), {}, std::span(&box, 1), out.data());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = i / 3 % 7, y = i / 21;
    CHECK((out[i] == 0) == (x >= 2 && x < 5 && y >= 1 && y < 3));
  }
}

template <class Draw>
void draw_many(const Op& op, ImageSize size, int times, Draw&& see) {
  for (int i = 0; i < times; ++i) {
    Random random(3, Purpose::augment, 0, static_cast<std::uint32_t>(i));
    Drawn drawn;
    drawn.size = size;
    std::visit([&](const auto& one) { one.draw(random, drawn); }, op);
    see(drawn);
  }
}

TEST_CASE("flip_horizontal mirrors the share p of the samples") {
  int mirrored = 0;
  draw_many(FlipHorizontal{.p = 0.25}, gray, 40000,
            [&](const Drawn& drawn) { mirrored += drawn.warp.a < 0 ? 1 : 0; });
  CHECK(std::abs(mirrored - 10000) < 400);
}

TEST_CASE("translate draws every whole shift up to the largest equally often") {
  std::map<std::pair<float, float>, int> seen;
  draw_many(Translate{.max = 0.25}, {8, 4, 1}, 30000, [&](const Drawn& drawn) {
    ++seen[{drawn.warp.c, drawn.warp.f}];
  });
  CHECK(seen.size() == 15);
  for (const auto& [shift, times] : seen) {
    CHECK((std::abs(shift.first) <= 1 && std::abs(shift.second) <= 2));
    CHECK(std::abs(times - 2000) < 250);
  }
}

TEST_CASE("random_erasing keeps to its areas and its aspects, and inside the image") {
  const ImageSize size{100, 80, 1};
  int erased = 0;
  draw_many(RandomErasing{.p = 0.5, .area_min = 0.1, .area_max = 0.2, .aspect_min = 0.5, .aspect_max = 2},
            size, 4000, [&](const Drawn& drawn) {
              erased += static_cast<int>(drawn.erased_count);
              if (drawn.erased_count == 0) return;
              const auto& box = drawn.erased[0];
              CHECK((box.x + box.width <= 80 && box.y + box.height <= 100));
              const auto area = static_cast<double>(box.width * box.height) / 8000;
              CHECK((area > 0.095 && area < 0.205));
              const auto aspect = static_cast<double>(box.height) / static_cast<double>(box.width);
              CHECK((aspect > 0.48 && aspect < 2.1));
            });
  CHECK(std::abs(erased - 2000) < 150);
}

TEST_CASE("the same random numbers give the same sample, others another one") {
  const Augmenter augmenter({FlipHorizontal{}, Translate{.max = 0.3}, RandomErasing{}}, colour,
                            {0.4, 0.4, 0.4}, {0.3, 0.3, 0.3});
  const auto pixels = picture(colour);
  std::vector<float> one(colour.values()), again(one), other(one);
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 0, 1}, one.data());
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 0, 1}, again.data());
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 1, 1}, other.data());
  CHECK(one == again);
  CHECK(one != other);
}

TEST_CASE("an augmented sample has the same bytes on every processor") {
  const Augmenter augmenter({FlipHorizontal{.p = 1}, Translate{.max = 0.3}}, colour, {0.4, 0.5, 0.6},
                            {0.3, 0.2, 0.1});
  std::vector<float> out(colour.values());
  std::uint32_t sum = 0;
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    augmenter.augmented(picture(colour).data(), {1, Purpose::augment, 0, sample}, out.data());
    for (const auto value : out) sum = sum * 31 + std::bit_cast<std::uint32_t>(value);
  }
  CHECK(sum == 0x570b7ec1U);
}

TEST_CASE("a policy of too many erasings, or of a smallest above the largest, is refused") {
  CHECK_THROWS_WITH(check_policy(Policy(9, RandomErasing{}), "policy"),
                    "policy: 9 times \"random_erasing\"; at most 8 are allowed");
  CHECK_THROWS_WITH(check_policy({FlipHorizontal{}, RandomErasing{.area_min = 0.5}}, "policy"),
                    "policy[1].area_min: 0.5 is above \"area_max\", which is 0.33; it must be at most that");
}

}  // namespace
}  // namespace fovea
