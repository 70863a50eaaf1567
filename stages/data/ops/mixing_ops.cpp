#include "stages/data/ops/mixing_ops.hpp"

#include <algorithm>
#include <cmath>

#include "stages/data/vector_code.hpp"

namespace fovea {
namespace {

double gamma(Random& random, double alpha) {
  if (alpha < 1) {
    const double lift = std::pow(1 - static_cast<double>(random.uniform()), 1 / alpha);
    return gamma(random, alpha + 1) * lift;
  }
  const double d = alpha - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - static_cast<double>(random.uniform())) < x * x / 2 + d * (1 - v + std::log(v)))
      return d * v;
  }
}

FOVEA_VECTOR_CODE
void blend_all(float share, std::size_t count, float* a, float* b) {
  for (std::size_t i = 0; i < count; ++i) {
    const float x = a[i], y = b[i];
    a[i] = share * x + (1 - share) * y;
    b[i] = share * y + (1 - share) * x;
  }
}

void swap_boxes(std::uint8_t* a, std::uint8_t* b, const ImageSize& size, const Box& box) {
  for (std::size_t y = box.y; y < box.y + box.height; ++y) {
    const auto from = (y * size.width + box.x) * size.channels;
    std::swap_ranges(a + from, a + from + box.width * size.channels, b + from);
  }
}

}  // namespace

double beta(Random& random, double alpha) {
  const double a = gamma(random, alpha), b = gamma(random, alpha);
  return a + b > 0 ? a / (a + b) : 0.5;
}

void Mixup::draw(Random& random, Mixing& mixing) const {
  if (random.uniform() >= p || mixing.drawn) return;
  mixing.drawn = true;
  mixing.share = static_cast<float>(beta(random, alpha));
}

void CutMix::draw(Random& random, Mixing& mixing) const {
  if (random.uniform() >= p || mixing.drawn) return;
  mixing.drawn = true;
  const double side = std::sqrt(1 - beta(random, alpha));
  const auto range = [&](std::size_t extent) {
    const auto half = static_cast<std::ptrdiff_t>(side * static_cast<double>(extent) / 2);
    const auto middle = static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint32_t>(extent)));
    const auto most = static_cast<std::ptrdiff_t>(extent);
    return std::pair{static_cast<std::size_t>(std::clamp(middle - half, std::ptrdiff_t{0}, most)),
                     static_cast<std::size_t>(std::clamp(middle + half, std::ptrdiff_t{0}, most))};
  };
  const auto [top, bottom] = range(mixing.size.height);
  const auto [left, right] = range(mixing.size.width);
  mixing.box = Box{left, top, right - left, bottom - top};
  const auto area = static_cast<double>(mixing.box->width * mixing.box->height);
  mixing.share = static_cast<float>(1 - area / static_cast<double>(mixing.size.height * mixing.size.width));
}

void paste(const Mixing& mixing, std::size_t count, std::uint8_t* images) {
  if (!mixing.box) return;
  const auto values = mixing.size.values();
  for (std::size_t i = 0; i < count / 2; ++i)
    swap_boxes(images + i * values, images + (count - 1 - i) * values, mixing.size, *mixing.box);
}

void blend(float share, std::size_t count, float* a, float* b) {
  blend_all(share, count, a, b);
}

}  // namespace fovea
