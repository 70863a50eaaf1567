#include "stages/data/ops/policy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "tests/catch.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea {
namespace {

using testing::normalised;
using testing::normalising;

const ImageSize gray{6, 8, 1};
const ImageSize colour{5, 7, 3};

std::vector<std::uint8_t> picture(ImageSize size) {
  std::vector<std::uint8_t> pixels(size.values());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 83 + 5);
  return pixels;
}

using Bytes = std::vector<std::uint8_t>;

Bytes warped(const Bytes& pixels, ImageSize size, const Warp& warp) {
  Bytes out(size.values(), 77);
  PixelPass(size, {}).warp(pixels.data(), warp, false, out.data());
  return out;
}

/// What the pass should give: looked up pixel by pixel, black outside.
Bytes looked_up(const Bytes& pixels, ImageSize size, bool flip, int right, int down) {
  Bytes out;
  const auto width = static_cast<int>(size.width), height = static_cast<int>(size.height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int from_x = flip ? width - 1 - (x - right) : x - right, from_y = y - down;
      const bool inside = from_x >= 0 && from_x < width && from_y >= 0 && from_y < height;
      for (std::size_t c = 0; c < size.channels; ++c) {
        const auto at = static_cast<std::size_t>(from_y * width + from_x) * size.channels + c;
        out.push_back(inside ? pixels[at] : std::uint8_t{0});
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

TEST_CASE("between two pixels the warp shows their mean, rounded to the nearest byte") {
  const ImageSize size{1, 4, 1};
  const std::vector<std::uint8_t> pixels{10, 20, 40, 100};
  CHECK(warped(pixels, size, {.c = 0.5F}) == Bytes{15, 30, 70, 50});
}

TEST_CASE("a quarter turn by the bilinear warp turns the image") {
  const ImageSize size{2, 2, 1};
  CHECK(warped({1, 2, 3, 4}, size, {.a = 0, .b = 1, .c = 0, .d = -1, .e = 0, .f = 1}) == Bytes{3, 1, 4, 2});
}

TEST_CASE("one warp then another is their composition") {
  const Warp both = shifted(2, 0).then(flipped(gray));
  CHECK(warped(picture(gray), gray, both) == looked_up(picture(gray), gray, true, -2, 0));
}

TEST_CASE("normalisation subtracts the mean and divides by the deviation of each channel") {
  const auto pixels = picture(colour);
  const std::vector<double> mean{0.2, 0.5, 0.7}, std{0.1, 0.25, 0};
  const auto out = normalised(pixels, normalising(colour, mean, std));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto spread = i % 3 == 2 ? 1 : std[i % 3];
    CHECK(out[i] == Approx((pixels[i] / 255.0 - mean[i % 3]) / spread).margin(1e-6));
  }
}

TEST_CASE("what a shift brings in from outside is nearly 0, and what is erased too") {
  const auto how = normalising(colour, {0.21, 0.5, 0.77}, {0.2, 0.2, 0.2});
  for (const Policy& policy : {Policy{Translate{.max = 100}}, Policy{Cutout{.size = 2.9}}}) {
    Bytes out(colour.values());
    Augmenter(policy, how).augmented(picture(colour).data(), {1, Purpose::augment, 0, 1}, out.data());
    for (const auto value : normalised(out, how)) CHECK(std::abs(value) <= 0.5 / 255 / 0.2 + 1e-6);
  }
}

TEST_CASE("what is erased has the fill colour, and nothing else is touched") {
  for (const auto size : {colour, ImageSize{5, 7, 1}}) {
    const auto pixels = picture(size);
    auto out = pixels;
    PixelPass(size, {9, 8, 7}).erase({.x = 2, .y = 1, .width = 3, .height = 2}, out.data());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto x = i / size.channels % 7, y = i / size.channels / 7;
      const bool erased = x >= 2 && x < 5 && y >= 1 && y < 3;
      CHECK(out[i] == (erased ? 9 - i % size.channels : pixels[i]));
    }
  }
}

template <class One, class Draw> void draw_many(const One& op, ImageSize size, int times, Draw&& see) {
  for (int i = 0; i < times; ++i) {
    Random random(3, Purpose::augment, 0, static_cast<std::uint32_t>(i));
    Drawn drawn{.size = size, .taken = size};
    op.draw(random, drawn);
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

TEST_CASE("crop draws every shift within its padding, and flip_vertical the share p") {
  std::map<std::pair<float, float>, int> seen;
  draw_many(Crop{.padding = 2}, gray, 25000, [&](const Drawn& drawn) {
    ++seen[{drawn.warp.c, drawn.warp.f}];
  });
  CHECK(seen.size() == 25);
  for (const auto& [shift, times] : seen) CHECK(std::abs(times - 1000) < 150);
  int mirrored = 0;
  draw_many(FlipVertical{.p = 0.25}, gray, 40000,
            [&](const Drawn& drawn) { mirrored += drawn.warp.e < 0 ? 1 : 0; });
  CHECK(std::abs(mirrored - 10000) < 400);
}

TEST_CASE("random_resized_crop keeps to its areas and aspects, as a crop where images are kept larger") {
  const ImageSize size{60, 80, 3};
  const RandomResizedCrop op{.area_min = 0.2, .area_max = 0.5};
  draw_many(op, size, 2000, [&](const Drawn& drawn) {
    const double broad = drawn.warp.a * 80, tall = drawn.warp.e * 60;
    CHECK((broad * tall > 0.19 * 4800 && broad * tall < 0.51 * 4800));
    CHECK((broad / tall > 0.72 && broad / tall < 1.39));
    CHECK((drawn.warp.c >= -0.5 && drawn.warp.c + broad < 80.5));
  });
  Random random(1, Purpose::augment);
  Drawn drawn{.size = {16, 16, 3}, .taken = size, .crop = Placement{}};
  op.draw(random, drawn);
  CHECK(drawn.warp.keeps_pixels());
  const auto& part = drawn.crop->part;
  CHECK((part.width > 0 && part.x + part.width <= 80));
  CHECK((drawn.crop->box.width == 16 && drawn.crop->box.height == 16));
}

TEST_CASE("rotate, zoom and shear keep the middle of the image where it is, and to their largest amount") {
  const ImageSize size{21, 31, 1};
  const auto middle_stays = [](const Drawn& drawn) {
    CHECK(drawn.warp.a * 15 + drawn.warp.b * 10 + drawn.warp.c == Approx(15));
    CHECK(drawn.warp.d * 15 + drawn.warp.e * 10 + drawn.warp.f == Approx(10));
  };
  draw_many(Rotate{.max = 30}, size, 500, [&](const Drawn& drawn) {
    middle_stays(drawn);
    CHECK(drawn.warp.a >= std::cos(30 * 3.1416 / 180) - 1e-5);
  });
  draw_many(Zoom{.max = 0.2}, size, 500, [&](const Drawn& drawn) {
    middle_stays(drawn);
    CHECK((drawn.warp.a >= 1 / 1.2001 && drawn.warp.a <= 1 / 0.7999));
  });
  draw_many(Shear{.max = 20}, size, 500, [&](const Drawn& drawn) {
    middle_stays(drawn);
    CHECK(std::abs(drawn.warp.b) <= 0.364);
  });
}

TEST_CASE("cutout covers a square about any pixel, cut at the border") {
  std::size_t least = 100, most = 0;
  draw_many(Cutout{.size = 0.5}, {8, 8, 1}, 3000, [&](const Drawn& drawn) {
    const auto& box = drawn.erased.all()[0];
    CHECK((box.x + box.width <= 8 && box.y + box.height <= 8));
    least = std::min(least, box.width * box.height);
    most = std::max(most, box.width * box.height);
  });
  CHECK(least == 4);
  CHECK(most == 16);
}

TEST_CASE("colour ops draw factors about 1, and the share p of the samples") {
  int changed = 0;
  float low = 2, high = 0;
  draw_many(Contrast{.max = 0.3, .p = 0.5}, colour, 4000, [&](const Drawn& drawn) {
    for (const auto& step : drawn.colours.all()) {
      ++changed;
      low = std::min(low, step.amount);
      high = std::max(high, step.amount);
    }
  });
  CHECK(std::abs(changed - 2000) < 150);
  CHECK((low >= 0.7F && low < 0.71F && high <= 1.3F && high > 1.29F));
}

TEST_CASE("trivial_augment draws one of 14 kinds, rand_augment as many as it is told") {
  int moved = 0, coloured = 0;
  draw_many(TrivialAugment{}, {32, 32, 3}, 14000, [&](const Drawn& drawn) {
    CHECK(drawn.nearest);
    CHECK(drawn.colours.all().size() <= 1);
    const auto& w = drawn.warp;
    moved += w.a != 1 || w.b != 0 || w.c != 0 || w.d != 0 || w.f != 0 ? 1 : 0;
    coloured += drawn.colours.all().empty() ? 0 : 1;
  });
  CHECK(std::abs(moved - 5000 * 30 / 31) < 300);
  CHECK(std::abs(coloured - 8000) < 300);
  draw_many(RandAugment{.count = 3, .interpolation = "bilinear"}, {32, 32, 3}, 100, [&](const Drawn& drawn) {
    CHECK_FALSE(drawn.nearest);
    CHECK(drawn.colours.all().size() <= 3);
  });
}

TEST_CASE("auto_augment draws the pairs of its data set") {
  using What = ColourStep::What;
  const auto kinds = [](const std::string& policy) {
    std::set<What> seen;
    draw_many(AutoAugment{.policy = policy}, {32, 32, 3}, 4000, [&](const Drawn& drawn) {
      for (const auto& step : drawn.colours.all()) seen.insert(step.what);
    });
    return seen;
  };
  const std::set<What> everywhere{What::contrast, What::solarize, What::invert, What::equalize,
                                  What::autocontrast};
  CHECK(kinds("svhn") == everywhere);
  auto wanted = everywhere;
  wanted.insert({What::saturation, What::sharpness, What::posterize});
  CHECK(kinds("imagenet") == wanted);
  wanted.insert(What::brightness);
  CHECK(kinds("cifar10") == wanted);
}

TEST_CASE("mixup and cutmix share labels as they share pixels") {
  const ImageSize size{4, 4, 1};
  for (const Policy& policy : {Policy{Mixup{.alpha = 1}}, Policy{CutMix{}}}) {
    const Augmenter augmenter(policy, normalising(size, {0}, {1}));
    for (std::uint32_t number = 0; number < 50; ++number) {
      const auto mixing = augmenter.mixing({1, Purpose::mix, 0, number});
      REQUIRE(mixing.drawn);
      Bytes bytes(3 * 16, 0);
      std::fill(bytes.begin(), bytes.begin() + 16, std::uint8_t{1});
      paste(mixing, 3, bytes.data());
      std::vector<float> images(bytes.begin(), bytes.end());
      blend(mixing.blended(), 16, &images[0], &images[32]);
      const auto share = std::accumulate(images.begin(), images.begin() + 16, 0.0F) / 16;
      CHECK(share == Approx(mixing.share).margin(1e-6));
      CHECK(std::accumulate(images.begin() + 32, images.end(), 0.0F) / 16 == Approx(1 - share).margin(1e-6));
    }
  }
  CHECK_FALSE(Augmenter({Mixup{.p = 0}}, normalising(size, {0}, {1})).mixing({1, Purpose::mix}).drawn);
}

TEST_CASE("beta numbers have the mean and the variance of their distribution") {
  Random random(1, Purpose::mix);
  for (const double alpha : {0.2, 1.0, 4.0}) {
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; ++i) {
      const double value = beta(random, alpha);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / 20000;
    CHECK(mean == Approx(0.5).margin(0.01));
    CHECK(squares / 20000 - mean * mean == Approx(1 / (4 * (2 * alpha + 1))).epsilon(0.03));
  }
}

TEST_CASE("random_erasing keeps to its areas and its aspects, and inside the image") {
  const ImageSize size{100, 80, 1};
  int erased = 0;
  draw_many(RandomErasing{.p = 0.5, .area_min = 0.1, .area_max = 0.2, .aspect_min = 0.5, .aspect_max = 2},
            size, 4000, [&](const Drawn& drawn) {
              erased += static_cast<int>(drawn.erased.all().size());
              if (drawn.erased.all().empty()) return;
              const auto& box = drawn.erased.all()[0];
              CHECK((box.x + box.width <= 80 && box.y + box.height <= 100));
              const auto area = static_cast<double>(box.width * box.height) / 8000;
              CHECK((area > 0.095 && area < 0.205));
              const auto aspect = static_cast<double>(box.height) / static_cast<double>(box.width);
              CHECK((aspect > 0.48 && aspect < 2.1));
            });
  CHECK(std::abs(erased - 2000) < 150);
}

TEST_CASE("the same random numbers give the same sample, others another one") {
  const Augmenter augmenter({FlipHorizontal{}, Translate{.max = 0.3}, RandomErasing{}},
                            normalising(colour, {0.4, 0.4, 0.4}, {0.3, 0.3, 0.3}));
  const auto pixels = picture(colour);
  Bytes one(colour.values()), again(one), other(one);
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 0, 1}, one.data());
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 0, 1}, again.data());
  augmenter.augmented(pixels.data(), {1, Purpose::augment, 1, 1}, other.data());
  CHECK(one == again);
  CHECK(one != other);
}

TEST_CASE("an augmented sample has the same bytes on every processor") {
  const auto how = normalising(colour, {0.4, 0.5, 0.6}, {0.3, 0.2, 0.1});
  const Augmenter augmenter({FlipHorizontal{.p = 1}, Translate{.max = 0.3}}, how);
  Bytes out(colour.values());
  std::uint32_t sum = 0;
  for (std::uint32_t sample = 0; sample < 20; ++sample) {
    augmenter.augmented(picture(colour).data(), {1, Purpose::augment, 0, sample}, out.data());
    for (const auto value : normalised(out, how)) sum = sum * 31 + std::bit_cast<std::uint32_t>(value);
  }
  CHECK(sum == 0x570b7ec1U);
}

TEST_CASE("a policy of too many erasings, or of a smallest above the largest, is refused") {
  CHECK_THROWS_WITH(check_policy(Policy(9, RandomErasing{}), "policy"),
                    "policy: 9 ops that erase; at most 8 are allowed");
  CHECK_THROWS_WITH(check_policy({FlipHorizontal{}, RandomErasing{.area_min = 0.5}}, "policy"),
                    "policy[1].area_min: 0.5 is above \"area_max\", which is 0.33; it must be at most that");
}

}  // namespace
}  // namespace fovea
