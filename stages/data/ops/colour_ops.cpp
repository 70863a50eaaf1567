#include "stages/data/ops/colour_ops.hpp"

namespace fovea {
namespace {

using What = ColourStep::What;

bool passed_over(Random& random, double p) {
  return random.uniform() >= p;
}

/// Adds a factor from 1 - max to 1 + max.
void add_factor(What what, double max, Random& random, Drawn& drawn) {
  const auto most = static_cast<float>(max);
  drawn.colours.add({what, 1 + random.uniform(-most, most), {}});
}

}  // namespace

void Brightness::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) add_factor(What::brightness, max, random, drawn);
}

void Contrast::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) add_factor(What::contrast, max, random, drawn);
}

void Saturation::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) add_factor(What::saturation, max, random, drawn);
}

void Hue::draw(Random& random, Drawn& drawn) const {
  const auto most = static_cast<float>(max);
  if (!passed_over(random, p)) drawn.colours.add({What::hue, random.uniform(-most, most), {}});
}

void Grayscale::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) drawn.colours.add({What::grayscale, 0, {}});
}

void Blur::check(const std::string& place) const {
  if (sigma_min <= sigma_max) return;
  throw Error(place + ".sigma_min: " + shown(Json(sigma_min)) + " is above \"sigma_max\", which is " +
              shown(Json(sigma_max)) + "; it must be at most that");
}

void Blur::draw(Random& random, Drawn& drawn) const {
  if (passed_over(random, p)) return;
  const auto sigma = random.uniform(static_cast<float>(sigma_min), static_cast<float>(sigma_max));
  drawn.colours.add({What::blur, sigma, {}});
}

void Noise::draw(Random& random, Drawn& drawn) const {
  if (passed_over(random, p)) return;
  const auto sigma = random.uniform(0, static_cast<float>(max));
  drawn.colours.add({What::noise, sigma, {random.next(), random.next()}});
}

void Posterize::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) drawn.colours.add({What::posterize, static_cast<float>(bits), {}});
}

void Solarize::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) drawn.colours.add({What::solarize, static_cast<float>(255 * threshold), {}});
}

void Equalize::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) drawn.colours.add({What::equalize, 0, {}});
}

void Autocontrast::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) drawn.colours.add({What::autocontrast, 0, {}});
}

void Sharpness::draw(Random& random, Drawn& drawn) const {
  if (!passed_over(random, p)) add_factor(What::sharpness, max, random, drawn);
}

}  // namespace fovea
