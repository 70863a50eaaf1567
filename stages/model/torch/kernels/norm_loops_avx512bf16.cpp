#include "stages/model/torch/kernels/norm_loop_bodies.hpp"

#ifdef __AVX512BF16__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 means its own header
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif

namespace fovea {

template <std::size_t n> FOVEA_PART_OF_LOOP void WideBf16::store(const Floats<n>& values, std::uint16_t* to) {
#ifdef __AVX512BF16__
  if constexpr (n == 16) {
    const auto halves = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(values));
    __builtin_memcpy(to, &halves, sizeof halves);
    return;
  }
#endif
  Bf16::store<n>(values, to);
}

FOVEA_NORM_LOOPS(WideFp32)
FOVEA_NORM_LOOPS(WideBf16)

}  // namespace fovea
