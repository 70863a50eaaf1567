#include "stages/data/ops/auto_ops.hpp"

#include <cmath>
#include <numbers>

namespace fovea {
namespace {

using What = ColourStep::What;

enum class Kind {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  saturation,
  contrast,
  sharpness,
  posterize,
  solarize,
  autocontrast,
  equalize,
  invert
};

/// The number of kinds that the ops without learned tables draw from: all but `invert`.
constexpr std::uint32_t kinds = 14;

/// The range of each kind at full strength.
struct Reach {
  double shear, translate_share, translate_pixels, rotate, factor, bits;
};
constexpr Reach narrow{0.3, 150.0 / 331, 0, 30, 0.9, 4};
constexpr Reach wide{0.99, 0, 32, 135, 0.99, 6};

void add_colour(What what, double amount, Drawn& drawn) {
  drawn.colours.add({what, static_cast<float>(amount), {}});
}

void translate(double right, double down, Drawn& drawn) {
  drawn.warp = drawn.warp.then(
      {.c = -static_cast<float>(std::trunc(right)), .f = -static_cast<float>(std::trunc(down))});
}

/// Adds one op with a strength of 0 .. 1; `sign` is 1 or -1 and matters for kinds with both directions.
void add(Kind kind, double strength, double sign, const Reach& reach, Drawn& drawn) {
  const auto shift = [&](std::size_t side) {
    return sign * strength * (reach.translate_share * static_cast<double>(side) + reach.translate_pixels);
  };
  const auto slant = static_cast<float>(sign * strength * reach.shear);
  const double angle = sign * strength * reach.rotate * std::numbers::pi / 180;
  const double factor = 1 + sign * strength * reach.factor;
  switch (kind) {
    case Kind::identity:
      return;
    case Kind::shear_x:
      // The shear is about the corner of the image, which lies half a pixel outside the centre of the first
      // one.
      drawn.warp = drawn.warp.then({.b = slant, .c = slant / 2});
      return;
    case Kind::shear_y:
      drawn.warp = drawn.warp.then({.d = slant, .f = slant / 2});
      return;
    case Kind::translate_x:
      return translate(shift(drawn.size.width), 0, drawn);
    case Kind::translate_y:
      return translate(0, shift(drawn.size.height), drawn);
    case Kind::rotate: {
      const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
      return drawn.about_centre({.a = c, .b = -s, .d = s, .e = c});
    }
    case Kind::brightness:
      return add_colour(What::brightness, factor, drawn);
    case Kind::saturation:
      return add_colour(What::saturation, factor, drawn);
    case Kind::contrast:
      return add_colour(What::contrast, factor, drawn);
    case Kind::sharpness:
      return add_colour(What::sharpness, factor, drawn);
    case Kind::posterize:
      return add_colour(What::posterize, 8 - std::nearbyint(strength * reach.bits), drawn);
    case Kind::solarize:
      return add_colour(What::solarize, 255 * (1 - strength), drawn);
    case Kind::autocontrast:
      return add_colour(What::autocontrast, 0, drawn);
    case Kind::equalize:
      return add_colour(What::equalize, 0, drawn);
    case Kind::invert:
      return add_colour(What::invert, 0, drawn);
  }
}

double sign(Random& random) {
  return random.below(2) == 0 ? -1 : 1;
}

/// An op of a learned pair: its probability in tenths, and its strength from 0 to 9.
struct Choice {
  Kind kind;
  int tenths;
  int magnitude;
};
struct Pair {
  Choice first, second;
};

// The tables are those of Cubuk et al. (2018).
constexpr std::array<Pair, 25> for_imagenet{{
    {{Kind::posterize, 4, 8}, {Kind::rotate, 6, 9}},     {{Kind::solarize, 6, 5}, {Kind::autocontrast, 6, 0}},
    {{Kind::equalize, 8, 0}, {Kind::equalize, 6, 0}},    {{Kind::posterize, 6, 7}, {Kind::posterize, 6, 6}},
    {{Kind::equalize, 4, 0}, {Kind::solarize, 2, 4}},    {{Kind::equalize, 4, 0}, {Kind::rotate, 8, 8}},
    {{Kind::solarize, 6, 3}, {Kind::equalize, 6, 0}},    {{Kind::posterize, 8, 5}, {Kind::equalize, 10, 0}},
    {{Kind::rotate, 2, 3}, {Kind::solarize, 6, 8}},      {{Kind::equalize, 6, 0}, {Kind::posterize, 4, 6}},
    {{Kind::rotate, 8, 8}, {Kind::saturation, 4, 0}},    {{Kind::rotate, 4, 9}, {Kind::equalize, 6, 0}},
    {{Kind::equalize, 0, 0}, {Kind::equalize, 8, 0}},    {{Kind::invert, 6, 0}, {Kind::equalize, 10, 0}},
    {{Kind::saturation, 6, 4}, {Kind::contrast, 10, 8}}, {{Kind::rotate, 8, 8}, {Kind::saturation, 10, 2}},
    {{Kind::saturation, 8, 8}, {Kind::solarize, 8, 7}},  {{Kind::sharpness, 4, 7}, {Kind::invert, 6, 0}},
    {{Kind::shear_x, 6, 5}, {Kind::equalize, 10, 0}},    {{Kind::saturation, 4, 0}, {Kind::equalize, 6, 0}},
    {{Kind::equalize, 4, 0}, {Kind::solarize, 2, 4}},    {{Kind::solarize, 6, 5}, {Kind::autocontrast, 6, 0}},
    {{Kind::invert, 6, 0}, {Kind::equalize, 10, 0}},     {{Kind::saturation, 6, 4}, {Kind::contrast, 10, 8}},
    {{Kind::equalize, 8, 0}, {Kind::equalize, 6, 0}},
}};

constexpr std::array<Pair, 25> for_cifar10{{
    {{Kind::invert, 1, 0}, {Kind::contrast, 2, 6}},
    {{Kind::rotate, 7, 2}, {Kind::translate_x, 3, 9}},
    {{Kind::sharpness, 8, 1}, {Kind::sharpness, 9, 3}},
    {{Kind::shear_y, 5, 8}, {Kind::translate_y, 7, 9}},
    {{Kind::autocontrast, 5, 0}, {Kind::equalize, 9, 0}},
    {{Kind::shear_y, 2, 7}, {Kind::posterize, 3, 7}},
    {{Kind::saturation, 4, 3}, {Kind::brightness, 6, 7}},
    {{Kind::sharpness, 3, 9}, {Kind::brightness, 7, 9}},
    {{Kind::equalize, 6, 0}, {Kind::equalize, 5, 0}},
    {{Kind::contrast, 6, 7}, {Kind::sharpness, 6, 5}},
    {{Kind::saturation, 7, 7}, {Kind::translate_x, 5, 8}},
    {{Kind::equalize, 3, 0}, {Kind::autocontrast, 4, 0}},
    {{Kind::translate_y, 4, 3}, {Kind::sharpness, 2, 6}},
    {{Kind::brightness, 9, 6}, {Kind::saturation, 2, 8}},
    {{Kind::solarize, 5, 2}, {Kind::invert, 0, 0}},
    {{Kind::equalize, 2, 0}, {Kind::autocontrast, 6, 0}},
    {{Kind::equalize, 2, 0}, {Kind::equalize, 6, 0}},
    {{Kind::saturation, 9, 9}, {Kind::equalize, 6, 0}},
    {{Kind::autocontrast, 8, 0}, {Kind::solarize, 2, 8}},
    {{Kind::brightness, 1, 3}, {Kind::saturation, 7, 0}},
    {{Kind::solarize, 4, 5}, {Kind::autocontrast, 9, 0}},
    {{Kind::translate_y, 9, 9}, {Kind::translate_y, 7, 9}},
    {{Kind::autocontrast, 9, 0}, {Kind::solarize, 8, 3}},
    {{Kind::equalize, 8, 0}, {Kind::invert, 1, 0}},
    {{Kind::translate_y, 7, 9}, {Kind::autocontrast, 9, 0}},
}};

constexpr std::array<Pair, 25> for_svhn{{
    {{Kind::shear_x, 9, 4}, {Kind::invert, 2, 0}},       {{Kind::shear_y, 9, 8}, {Kind::invert, 7, 0}},
    {{Kind::equalize, 6, 0}, {Kind::solarize, 6, 6}},    {{Kind::invert, 9, 0}, {Kind::equalize, 6, 0}},
    {{Kind::equalize, 6, 0}, {Kind::rotate, 9, 3}},      {{Kind::shear_x, 9, 4}, {Kind::autocontrast, 8, 0}},
    {{Kind::shear_y, 9, 8}, {Kind::invert, 4, 0}},       {{Kind::shear_y, 9, 5}, {Kind::solarize, 2, 6}},
    {{Kind::invert, 9, 0}, {Kind::autocontrast, 8, 0}},  {{Kind::equalize, 6, 0}, {Kind::rotate, 9, 3}},
    {{Kind::shear_x, 9, 4}, {Kind::solarize, 3, 3}},     {{Kind::shear_y, 8, 8}, {Kind::invert, 7, 0}},
    {{Kind::equalize, 9, 0}, {Kind::translate_y, 6, 6}}, {{Kind::invert, 9, 0}, {Kind::equalize, 6, 0}},
    {{Kind::contrast, 3, 3}, {Kind::rotate, 8, 4}},      {{Kind::invert, 8, 0}, {Kind::translate_y, 0, 2}},
    {{Kind::shear_y, 7, 6}, {Kind::solarize, 4, 8}},     {{Kind::invert, 6, 0}, {Kind::rotate, 8, 4}},
    {{Kind::shear_y, 3, 7}, {Kind::translate_x, 9, 3}},  {{Kind::shear_x, 1, 6}, {Kind::invert, 6, 0}},
    {{Kind::solarize, 7, 2}, {Kind::translate_y, 6, 7}}, {{Kind::shear_y, 8, 4}, {Kind::invert, 8, 0}},
    {{Kind::shear_x, 7, 9}, {Kind::translate_y, 8, 3}},  {{Kind::shear_y, 8, 5}, {Kind::autocontrast, 7, 0}},
    {{Kind::shear_x, 7, 2}, {Kind::invert, 1, 0}},
}};

}  // namespace

void TrivialAugment::draw(Random& random, Drawn& drawn) const {
  drawn.nearest = drawn.nearest || interpolation == "nearest";
  const auto kind = static_cast<Kind>(random.below(kinds));
  const double strength = random.below(31) / 30.0;
  add(kind, strength, sign(random), wide, drawn);
}

void RandAugment::draw(Random& random, Drawn& drawn) const {
  drawn.nearest = drawn.nearest || interpolation == "nearest";
  for (std::int64_t i = 0; i < count; ++i) {
    const auto kind = static_cast<Kind>(random.below(kinds));
    add(kind, static_cast<double>(magnitude) / 30, sign(random), narrow, drawn);
  }
}

void AutoAugment::draw(Random& random, Drawn& drawn) const {
  drawn.nearest = drawn.nearest || interpolation == "nearest";
  const auto& table = policy == "imagenet" ? for_imagenet : policy == "cifar10" ? for_cifar10 : for_svhn;
  const auto& pair = table[random.below(25)];
  for (const auto& [kind, tenths, magnitude] : {pair.first, pair.second}) {
    const bool drawn_now = 10 * random.uniform() < static_cast<float>(tenths);
    const double way = sign(random);
    if (drawn_now) add(kind, magnitude / 9.0, way, narrow, drawn);
  }
}

}  // namespace fovea
