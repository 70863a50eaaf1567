#pragma once

#include <bit>
#include <cstdint>

// `FOVEA_VECTOR_LOOPS` compiles a function once for each vector width and picks the best one when the program
// starts; floats are added and multiplied in the same order in each, so every width gives the same bytes.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOVEA_VECTOR_LOOPS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define FOVEA_VECTOR_LOOPS
#endif

#define FOVEA_PART_OF_LOOP [[gnu::always_inline]] inline

namespace fovea {

/// Numbers that are kept as fp32.
struct Fp32 {
  using Value = float;
  FOVEA_PART_OF_LOOP static float load(float value) { return value; }
  FOVEA_PART_OF_LOOP static float store(float value) { return value; }
};

/// Numbers that are kept as bf16, the upper half of fp32, rounded to the nearest and halfway to even.
struct Bf16 {
  using Value = std::uint16_t;
  FOVEA_PART_OF_LOOP static float load(std::uint16_t value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
  }
  FOVEA_PART_OF_LOOP static std::uint16_t store(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (bits & 0x7FFFFFFF) > 0x7F800000;
    const auto rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    return static_cast<std::uint16_t>(is_nan ? 0x7FC0 : rounded);
  }
};

}  // namespace fovea
