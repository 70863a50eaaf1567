#include <numbers>

#include "graph/json.hpp"
#include "stages/data/ops/colours.hpp"
#include "stages/data/ops/policy.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"

// The numbers are Pillow's, those of blur scipy's and those of hue Python's colorsys: oracle/augment.py.

using namespace fovea;

namespace {

const ImageSize photo_size{10, 12, 3};

std::vector<std::uint8_t> photo() {
  std::vector<std::uint8_t> pixels;
  for (std::size_t y = 0; y < 10; ++y) {
    for (std::size_t x = 0; x < 12; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        pixels.push_back(
            static_cast<std::uint8_t>((x * 17 + y * 23 + c * 40 + (x * y * (c + 3)) % 61) % 256));
      }
    }
  }
  return pixels;
}

const std::map<std::string, ColourStep::What> colour_names{{"brightness", ColourStep::What::brightness},
                                                           {"contrast", ColourStep::What::contrast},
                                                           {"saturation", ColourStep::What::saturation},
                                                           {"sharpness", ColourStep::What::sharpness},
                                                           {"grayscale", ColourStep::What::grayscale},
                                                           {"posterize", ColourStep::What::posterize},
                                                           {"solarize", ColourStep::What::solarize},
                                                           {"invert", ColourStep::What::invert},
                                                           {"equalize", ColourStep::What::equalize},
                                                           {"autocontrast", ColourStep::What::autocontrast},
                                                           {"hue", ColourStep::What::hue},
                                                           {"blur", ColourStep::What::blur}};

std::vector<std::uint8_t> recoloured(const std::string& op, float amount) {
  auto pixels = photo();
  if (op == "autocontrast") {
    for (auto& value : pixels) value = static_cast<std::uint8_t>(value / 2 + 30);
  }
  const ColourStep step{colour_names.at(op), amount, {}};
  Colours()({&step, 1}, pixels.data(), photo_size);
  return pixels;
}

/// What the geometric ops draw for these amounts.
Warp warp_of(const std::string& op, const std::vector<double>& amounts) {
  Drawn drawn{.size = photo_size, .taken = photo_size};
  const auto amount = static_cast<float>(amounts[0]);
  const auto turn = amount * std::numbers::pi_v<float> / 180;
  if (op == "rotate")
    drawn.about_centre({.a = std::cos(turn), .b = -std::sin(turn), .d = std::sin(turn), .e = std::cos(turn)});
  if (op == "shear_x") drawn.warp = {.b = amount, .c = amount / 2};
  if (op == "zoom") drawn.about_centre({.a = 1 / amount, .e = 1 / amount});
  return drawn.warp;
}

std::vector<std::uint8_t> moved(const std::string& op, const std::vector<double>& amounts) {
  std::vector<std::uint8_t> out(photo_size.values());
  if (op == "resized_crop") {
    Resampler()(photo().data(), photo_size, {amounts[0], amounts[1], amounts[2], amounts[3]}, 10, 12,
                out.data());
  } else {
    const PixelPass pass(photo_size, {});
    pass.warp(photo().data(), warp_of(op, amounts), amounts[1] == 1, out.data());
  }
  return out;
}

/// How many values are farther apart than `tolerance`.
std::size_t far_apart(const std::vector<std::uint8_t>& a, const std::vector<int>& b, int tolerance) {
  REQUIRE(a.size() == b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += std::abs(a[i] - b[i]) > tolerance;
  return count;
}

}  // namespace

TEST_CASE("ops give what Pillow gives: colours to within 1, moved pixels but where rims are mixed") {
  const auto oracle = parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/augment.json"));
  REQUIRE(oracle.size() > 20);
  for (const auto& one : oracle) {
    const auto op = one.at("op").get<std::string>();
    const auto amounts = one.at("amounts").get<std::vector<double>>();
    const auto wanted = one.at("image").get<std::vector<int>>();
    INFO(one.at("op") << " " << one.at("amounts"));
    if (colour_names.contains(op)) {
      CHECK(far_apart(recoloured(op, static_cast<float>(amounts[0])), wanted, 1) == 0);
    } else {
      // Pillow mixes pixels at the rim with themselves, not with the colour outside.
      const bool mixes_rim = op == "rotate" && amounts[1] == 0;
      CHECK(far_apart(moved(op, amounts), wanted, 1) <= (mixes_rim ? photo_size.values() / 5 : 0));
    }
  }
}

TEST_CASE("noise has no bias and the deviation that it is given, and its own numbers for each key") {
  const ImageSize size{100, 100, 3};
  const auto noisy = [&](std::array<std::uint32_t, 2> key) {
    std::vector<std::uint8_t> pixels(size.values(), 128);
    const ColourStep step{ColourStep::What::noise, 0.05F, key};
    Colours()({&step, 1}, pixels.data(), size);
    return pixels;
  };
  const auto pixels = noisy({1, 2});
  double sum = 0, squares = 0;
  for (const auto value : pixels) {
    sum += value - 128;
    squares += (value - 128) * (value - 128);
  }
  CHECK(std::abs(sum / 30000) < 0.3);
  CHECK(std::sqrt(squares / 30000) == Approx(0.05 * 255).epsilon(0.02));
  CHECK(pixels == noisy({1, 2}));
  CHECK(pixels != noisy({1, 3}));
}

TEST_CASE("gray images keep their values where only colour would change") {
  std::vector<std::uint8_t> pixels{10, 60, 90, 200};
  const auto before = pixels;
  for (const auto what : {ColourStep::What::hue, ColourStep::What::saturation, ColourStep::What::grayscale}) {
    const ColourStep step{what, 0.4F, {}};
    Colours()({&step, 1}, pixels.data(), {2, 2, 1});
  }
  CHECK(pixels == before);
}
