#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#if defined(__x86_64__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 means its own header
#include <immintrin.h>
#pragma GCC diagnostic pop
// From here on: else vectors of 16 would be taken apart before functions become part of the loops.
#pragma GCC target("arch=x86-64-v4,avx512bf16")
#endif

#include "stages/model/norm_loop_bodies.hpp"

namespace fovea {

template <std::size_t n>
FOVEA_PART_OF_LOOP void WideBf16::store(const Floats<n>& values, std::uint16_t* to) {
#if defined(__x86_64__)
  if constexpr (n == 16) {
    const auto halves = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(values));
    __builtin_memcpy(to, &halves, sizeof halves);
    return;
  }
#endif
  Bf16::store<n>(values, to);
}

FOVEA_NORM_LOOPS([[gnu::optimize("O3")]], WideFp32)
FOVEA_NORM_LOOPS([[gnu::optimize("O3")]], WideBf16)

}  // namespace fovea
