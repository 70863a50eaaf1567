#include "runtime/random.hpp"

#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace fovea {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const auto a = std::uint64_t{0xD2511F53} * counter[0];
    const auto b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

Random::Random(std::uint64_t seed, Purpose purpose, std::uint32_t epoch, std::uint32_t sample)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, sample, epoch, static_cast<std::uint32_t>(purpose)} {}

std::uint32_t Random::next() {
  if (used_ == block_.size()) {
    block_ = philox(counter_, key_);
    assert(counter_[0] != UINT32_MAX);
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

float Random::uniform() {
  return static_cast<float>(next() >> 8) * 0x1p-24f;
}

std::uint32_t Random::below(std::uint32_t count) {
  assert(count > 0);
  // Lemire, "Fast random integer generation in an interval", 2019: the high word of a product is uniform once
  // the few low words that would favour some values are drawn again.
  auto product = std::uint64_t{next()} * count;
  const std::uint32_t unfair = -count % count;
  while (static_cast<std::uint32_t>(product) < unfair) product = std::uint64_t{next()} * count;
  return static_cast<std::uint32_t>(product >> 32);
}

double Random::normal() {
  const double radius = (next() + 0.5) * 0x1p-32;
  const double angle = (next() + 0.5) * 0x1p-32;
  return std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * angle);
}

std::vector<std::uint32_t> permutation(std::uint32_t count, Random random) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace fovea
