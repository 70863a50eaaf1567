#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace fovea {

/// What random numbers are for: the same seed gives independent numbers for each purpose.
enum class Purpose : std::uint32_t { split = 1, shuffle, augment, initialise, dropout, synthesise, mix };

/// One block of Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Random numbers as a function of (seed, purpose, epoch, sample, draw): the same whoever asks, in whatever
/// order.
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t epoch = 0, std::uint32_t sample = 0);

  std::uint32_t next();
  /// Uniform in [0, 1) with 24 bits.
  float uniform();
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Uniform in 0 .. count - 1 without bias; `count` is at least 1.
  std::uint32_t below(std::uint32_t count);
  /// Standard normal (Box and Muller).
  double normal();

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned int used_ = 4;
};

/// The numbers 0 .. count - 1 in random order (Fisher and Yates).
std::vector<std::uint32_t> permutation(std::uint32_t count, Random random);

}  // namespace fovea
