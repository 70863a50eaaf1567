#include "runtime/random.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"

namespace fovea {
namespace {

using Block = std::array<std::uint32_t, 4>;

std::vector<std::uint32_t> first_numbers(Random random, std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  for (auto& number : numbers) number = random.next();
  return numbers;
}

TEST_CASE("philox gives the known answers of Random123's kat_vectors") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}, {UINT32_MAX, UINT32_MAX}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random numbers are the blocks of philox, one after another") {
  Random random(0x299f31d0a4093822, Purpose::augment, 7, 9);
  for (std::uint32_t block = 0; block < 3; ++block) {
    for (const auto number : philox({block, 9, 7, 3}, {0xa4093822, 0x299f31d0})) {
      CHECK(random.next() == number);
    }
  }
}

TEST_CASE("another seed, purpose, epoch or sample gives other random numbers") {
  const std::vector<std::vector<std::uint32_t>> all{
      first_numbers({1, Purpose::augment, 2, 3}, 8),
      first_numbers({2, Purpose::augment, 2, 3}, 8),
      first_numbers({1ULL << 32 | 1, Purpose::augment, 2, 3}, 8),
      first_numbers({1, Purpose::shuffle, 2, 3}, 8),
      first_numbers({1, Purpose::augment, 3, 3}, 8),
      first_numbers({1, Purpose::augment, 2, 4}, 8)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK(all[i] != all[j]);
  }
}

TEST_CASE("uniform numbers are at least 0 and below 1, and even over ten bins") {
  Random random(5, Purpose::augment);
  std::array<int, 10> bins{};
  for (int i = 0; i < 100000; ++i) {
    const auto number = random.uniform();
    REQUIRE((number >= 0 && number < 1));
    ++bins[static_cast<std::size_t>(number * 10)];
  }
  for (const auto bin : bins) CHECK(std::abs(bin - 10000) < 500);
}

TEST_CASE("whole numbers below a count are even, also where the count does not divide 2^32") {
  Random random(6, Purpose::shuffle);
  constexpr std::uint32_t count = 3U << 30;
  std::array<int, 3> thirds{};
  for (int i = 0; i < 90000; ++i) {
    const auto number = random.below(count);
    REQUIRE(number < count);
    ++thirds[number >> 30];
  }
  for (const auto third : thirds) CHECK(std::abs(third - 30000) < 700);
  CHECK(random.below(1) == 0);
}

TEST_CASE("normal numbers have mean 0, deviation 1 and no skew") {
  Random random(7, Purpose::initialise);
  double sum = 0, squares = 0, cubes = 0;
  constexpr int count = 200000;
  for (int i = 0; i < count; ++i) {
    const auto number = random.normal();
    sum += number;
    squares += number * number;
    cubes += number * number * number;
  }
  CHECK(sum / count == Approx(0).margin(0.01));
  CHECK(squares / count == Approx(1).margin(0.02));
  CHECK(cubes / count == Approx(0).margin(0.05));
}

TEST_CASE("a permutation holds every number once, and another epoch gives another order") {
  const auto order = permutation(1000, Random(1, Purpose::shuffle, 0));
  CHECK(order != permutation(1000, Random(1, Purpose::shuffle, 1)));
  CHECK(order == permutation(1000, Random(1, Purpose::shuffle, 0)));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t i = 0; i < 1000; ++i) CHECK(sorted[i] == i);
  CHECK(permutation(0, Random(1, Purpose::shuffle)).empty());
}

TEST_CASE("all six orders of three numbers are equally frequent") {
  std::array<int, 27> seen{};
  for (std::uint32_t epoch = 0; epoch < 60000; ++epoch) {
    const auto order = permutation(3, Random(3, Purpose::shuffle, epoch));
    ++seen[order[0] * 9 + order[1] * 3 + order[2]];
  }
  CHECK(std::count(seen.begin(), seen.end(), 0) == 21);
  for (const auto times : seen) CHECK((times == 0 || std::abs(times - 10000) < 500));
}

}  // namespace
}  // namespace fovea
