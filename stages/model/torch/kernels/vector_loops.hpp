#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

// `FOVEA_VECTOR_LOOPS` compiles a function once for each vector width and picks the best one when the program
// starts; floats are added and multiplied in the same order in each, so every width gives the same bytes.
// A file that is compiled for AVX-512 as a whole has only that.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__) && \
    !defined(__AVX512F__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOVEA_VECTOR_LOOPS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
#else
#define FOVEA_VECTOR_LOOPS
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"  // vectors are passed between functions that are always inlined
#endif
#define FOVEA_PART_OF_LOOP [[gnu::always_inline]] inline

namespace fovea {

/// Whether this CPU has the AVX-512 of x86-64-v4, whose vectors have 16 floats, and where asked its BF16;
/// not where ATEN_CPU_CAPABILITY tells LibTorch to do without.
bool has_avx512(bool bf16);

/// `n` values that are computed at once; 8 are one register of AVX2.
template <std::size_t n> struct Vectors {
  typedef float Floats __attribute__((vector_size(4 * n)));
  typedef std::int32_t Ints __attribute__((vector_size(4 * n)));
  typedef std::uint32_t Bits __attribute__((vector_size(4 * n)));
  typedef std::uint16_t Halves __attribute__((vector_size(2 * n)));
  typedef std::uint8_t Bytes __attribute__((vector_size(n)));
};
template <std::size_t n> using Floats = typename Vectors<n>::Floats;
template <std::size_t n> using Ints = typename Vectors<n>::Ints;

/// The values that begin at `from`, and back.
template <class Vector, class Value> FOVEA_PART_OF_LOOP Vector read_vector(const Value* from) {
  Vector values;
  __builtin_memcpy(&values, from, sizeof values);
  return values;
}
template <class Vector, class Value> FOVEA_PART_OF_LOOP void write_vector(const Vector& values, Value* to) {
  __builtin_memcpy(to, &values, sizeof values);
}

/// Numbers that are kept as fp32.
struct Fp32 {
  using Value = float;
  static constexpr std::size_t at_once = 8;
  FOVEA_PART_OF_LOOP static float load(float value) { return value; }
  template <std::size_t n> FOVEA_PART_OF_LOOP static Floats<n> load(const float* from) {
    return read_vector<Floats<n>>(from);
  }
  template <std::size_t n> FOVEA_PART_OF_LOOP static void store(const Floats<n>& values, float* to) {
    write_vector(values, to);
  }
};

/// Numbers that are kept as bf16, the upper half of fp32, rounded to the nearest and halfway to even.
struct Bf16 {
  using Value = std::uint16_t;
  static constexpr std::size_t at_once = 8;
  FOVEA_PART_OF_LOOP static float load(std::uint16_t value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
  }
  template <std::size_t n> FOVEA_PART_OF_LOOP static Floats<n> load(const std::uint16_t* from) {
    using V = Vectors<n>;
    const auto halves = read_vector<typename V::Halves>(from);
    return reinterpret_cast<Floats<n>>(__builtin_convertvector(halves, typename V::Bits) << 16);
  }
  template <std::size_t n> FOVEA_PART_OF_LOOP static void store(const Floats<n>& values, std::uint16_t* to) {
    using V = Vectors<n>;
    const auto bits = reinterpret_cast<typename V::Bits>(values);
    const auto rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    const typename V::Bits nan = typename V::Bits{} + 0x7FC0;
    write_vector(__builtin_convertvector(values == values ? rounded : nan, typename V::Halves), to);
  }
};

}  // namespace fovea
