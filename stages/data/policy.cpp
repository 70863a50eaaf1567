#include "stages/data/policy.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// A shift of -most .. most pixels, each equally likely.
float whole_shift(Random& random, double most) {
  const auto pixels = static_cast<std::uint32_t>(std::lround(most));
  return static_cast<float>(static_cast<std::int64_t>(random.below(2 * pixels + 1)) - pixels);
}

std::size_t place_in(Random& random, std::size_t side, std::size_t part) {
  return random.below(static_cast<std::uint32_t>(side - part + 1));
}

}  // namespace

void FlipHorizontal::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  drawn.warp = drawn.warp.then({.a = -1, .c = static_cast<float>(drawn.size.width) - 1});
}

void Translate::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto right = whole_shift(random, max * static_cast<double>(drawn.size.width));
  const auto down = whole_shift(random, max * static_cast<double>(drawn.size.height));
  drawn.warp = drawn.warp.then({.c = -right, .f = -down});
}

void RandomErasing::check(const std::string& place) const {
  const auto ordered = [&](double low, double high, const std::string& what) {
    if (low <= high) return;
    throw Error(place + "." + what + "_min: " + shown(Json(low)) + " is above \"" + what +
                "_max\", which is " + shown(Json(high)) + "; it must be at most that");
  };
  ordered(area_min, area_max, "area");
  ordered(aspect_min, aspect_max, "aspect");
}

void RandomErasing::draw(Random& random, Drawn& drawn) const {
  if (random.uniform() >= p) return;
  const auto height = static_cast<double>(drawn.size.height);
  const auto width = static_cast<double>(drawn.size.width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = (area_min + (area_max - area_min) * random.uniform()) * height * width;
    const double aspect = aspect_min * std::pow(aspect_max / aspect_min, random.uniform());
    const double tall = std::round(std::sqrt(area * aspect));
    const double broad = std::round(std::sqrt(area / aspect));
    if (tall < 1 || broad < 1 || tall > height || broad > width) continue;
    Box box{.width = static_cast<std::size_t>(broad), .height = static_cast<std::size_t>(tall)};
    box.y = place_in(random, drawn.size.height, box.height);
    box.x = place_in(random, drawn.size.width, box.width);
    drawn.erased[drawn.erased_count++] = box;
    return;
  }
}

void check_policy(const Policy& policy, const std::string& place) {
  std::size_t erasing = 0;
  for (std::size_t i = 0; i < policy.size(); ++i) {
    std::visit(
        [&](const auto& op) {
          if constexpr (requires { op.check(place); }) op.check(place + "[" + std::to_string(i) + "]");
        },
        policy[i]);
    erasing += std::holds_alternative<RandomErasing>(policy[i]) ? 1 : 0;
  }
  if (erasing > Drawn::most_erased) {
    throw Error(place + ": " + std::to_string(erasing) + " times \"random_erasing\"; at most " +
                std::to_string(Drawn::most_erased) + " are allowed");
  }
}

Augmenter::Augmenter(Policy policy, ImageSize size, const std::vector<double>& mean,
                     const std::vector<double>& deviation)
    : policy_(std::move(policy)), pass_(size, mean, deviation) {
  check_policy(policy_, "policy");
}

void Augmenter::augmented(const std::uint8_t* image, Random random, float* out) const {
  Drawn drawn;
  drawn.size = pass_.size();
  for (const auto& op : policy_) {
    std::visit([&](const auto& one) { one.draw(random, drawn); }, op);
  }
  pass_(image, drawn.warp, {drawn.erased.data(), drawn.erased_count}, out);
}

void Augmenter::plain(const std::uint8_t* image, float* out) const {
  pass_(image, {}, {}, out);
}

}  // namespace fovea
