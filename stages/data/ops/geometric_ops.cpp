#include "stages/data/ops/geometric_ops.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fovea {
namespace {

/// Draws a shift of -most .. most pixels, each equally likely.
float whole_shift(Random& random, double most) {
  const auto pixels = static_cast<std::uint32_t>(std::lround(most));
  return static_cast<float>(static_cast<std::int64_t>(random.below(2 * pixels + 1)) - pixels);
}

/// Draws a number in -most .. most.
double either_way(Random& random, double most) {
  return most * (2 * static_cast<double>(random.uniform()) - 1);
}

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

std::size_t place_in(Random& random, std::size_t side, std::size_t part) {
  return random.below(static_cast<std::uint32_t>(side - part + 1));
}

void check_order(const std::string& place, const std::string& what, double low, double high) {
  if (low <= high) return;
  throw Error(place + "." + what + "_min: " + shown(Json(low)) + " is above \"" + what + "_max\", which is " +
              shown(Json(high)) + "; it must be at most that");
}

/// Draws a number between two, uniform in its logarithm.
double log_uniform(Random& random, double low, double high) {
  return low * std::pow(high / low, static_cast<double>(random.uniform()));
}

/// Throws `Error` where a lower bound of an op that draws regions is above its upper one.
template <class Op> void check_part(const std::string& place, const Op& op) {
  check_order(place, "area", op.area_min, op.area_max);
  check_order(place, "aspect", op.aspect_min, op.aspect_max);
}

/// Draws the sides of a region in pixels; the first over the second is the aspect.
template <class Op>
std::pair<double, double> random_sides(Random& random, const Op& op, const ImageSize& size) {
  const double share = op.area_min + (op.area_max - op.area_min) * static_cast<double>(random.uniform());
  const double area = share * static_cast<double>(size.height) * static_cast<double>(size.width);
  const double aspect = log_uniform(random, op.aspect_min, op.aspect_max);
  return {std::round(std::sqrt(area * aspect)), std::round(std::sqrt(area / aspect))};
}

/// Returns whether a region has pixels and is no larger than the image.
bool fits(double width, double height, const ImageSize& size) {
  return width >= 1 && height >= 1 && width <= static_cast<double>(size.width) &&
         height <= static_cast<double>(size.height);
}

/// The warp that shows a part of the image in its whole size.
Warp magnified(const Region& part, const ImageSize& size) {
  const double across = part.width / static_cast<double>(size.width);
  const double down = part.height / static_cast<double>(size.height);
  return {.a = static_cast<float>(across),
          .c = static_cast<float>(part.x + across / 2 - 0.5),
          .e = static_cast<float>(down),
          .f = static_cast<float>(part.y + down / 2 - 0.5)};
}

}  // namespace

void Drawn::about_centre(const Warp& step) {
  const auto x = (static_cast<float>(size.width) - 1) / 2, y = (static_cast<float>(size.height) - 1) / 2;
  auto moved = step;
  moved.c = step.c + x - step.a * x - step.b * y;
  moved.f = step.f + y - step.d * x - step.e * y;
  warp = warp.then(moved);
}

void FlipHorizontal::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  drawn.warp = drawn.warp.then({.a = -1, .c = static_cast<float>(drawn.size.width) - 1});
}

void FlipVertical::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  drawn.warp = drawn.warp.then({.e = -1, .f = static_cast<float>(drawn.size.height) - 1});
}

void Translate::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto right = whole_shift(random, max * static_cast<double>(drawn.size.width));
  const auto down = whole_shift(random, max * static_cast<double>(drawn.size.height));
  drawn.warp = drawn.warp.then({.c = -right, .f = -down});
}

void Crop::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto right = whole_shift(random, static_cast<double>(padding));
  const auto down = whole_shift(random, static_cast<double>(padding));
  drawn.warp = drawn.warp.then({.c = -right, .f = -down});
}

void RandomResizedCrop::check(const std::string& place) const {
  check_part(place, *this);
}

void RandomResizedCrop::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  auto part = central_part(drawn.taken, aspect_min, aspect_max);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto [broad, tall] = random_sides(random, *this, drawn.taken);
    if (!fits(broad, tall, drawn.taken)) continue;
    const auto y = place_in(random, drawn.taken.height, static_cast<std::size_t>(tall));
    const auto x = place_in(random, drawn.taken.width, static_cast<std::size_t>(broad));
    part = {static_cast<double>(x), static_cast<double>(y), broad, tall};
    break;
  }
  if (drawn.crop) {
    drawn.crop = Placement{part, {0, 0, drawn.size.width, drawn.size.height}};
  } else {
    drawn.warp = drawn.warp.then(magnified(part, drawn.size));
  }
}

void Rotate::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const double angle = radians(either_way(random, max));
  const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
  drawn.about_centre({.a = c, .b = -s, .d = s, .e = c});
}

void Zoom::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto step = static_cast<float>(1 / (1 + either_way(random, max)));
  drawn.about_centre({.a = step, .e = step});
}

void Shear::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  drawn.about_centre({.b = static_cast<float>(std::tan(radians(either_way(random, max))))});
}

void RandomErasing::check(const std::string& place) const {
  check_part(place, *this);
}

void RandomErasing::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto [tall, broad] = random_sides(random, *this, drawn.size);
    if (!fits(broad, tall, drawn.size)) continue;
    Box box{.width = static_cast<std::size_t>(broad), .height = static_cast<std::size_t>(tall)};
    box.y = place_in(random, drawn.size.height, box.height);
    box.x = place_in(random, drawn.size.width, box.width);
    drawn.erased.add(box);
    return;
  }
}

void Cutout::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto height = drawn.size.height, width = drawn.size.width;
  const auto side =
      static_cast<std::size_t>(std::lround(size * static_cast<double>(std::min(height, width))));
  const auto y = random.below(static_cast<std::uint32_t>(height)) + height;
  const auto x = random.below(static_cast<std::uint32_t>(width)) + width;
  const auto inside = [&](std::size_t at, std::size_t extent) {
    return std::clamp(at, extent, 2 * extent) - extent;
  };
  const Box box{.x = inside(x - side / 2, width), .y = inside(y - side / 2, height)};
  drawn.erased.add({box.x, box.y, inside(x - side / 2 + side, width) - box.x,
                    inside(y - side / 2 + side, height) - box.y});
}

}  // namespace fovea
