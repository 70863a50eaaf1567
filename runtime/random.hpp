#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace fovea {

/// The purpose of a random number; numbers of different purposes are independent under one seed.
enum class Purpose : std::uint32_t { split = 1, shuffle, augment, initialise, dropout, synthesise, mix };

/// Computes one block of Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Counter-based random numbers: each is a function of (seed, purpose, epoch, sample, draw), independent of
/// threads and of the order of calls.
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t epoch = 0, std::uint32_t sample = 0);

  std::uint32_t next();
  /// Returns a number uniform in [0, 1) with 24 bits.
  float uniform();
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  /// Returns a number uniform in 0 .. count - 1 without bias; `count` is at least 1.
  std::uint32_t below(std::uint32_t count);
  /// Returns a standard normal number (Box and Muller).
  double normal();

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned int used_ = 4;
};

/// Returns the numbers 0 .. count - 1 in random order (Fisher and Yates).
std::vector<std::uint32_t> permutation(std::uint32_t count, Random random);

}  // namespace fovea
