#include "stages/model/torch/kernels/winograd_loops.hpp"

#ifdef __AVX512BF16__

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 means its own header
#include <immintrin.h>
#pragma GCC diagnostic pop

#include "stages/model/torch/kernels/winograd_products.hpp"

namespace fovea {
namespace winograd {
namespace {

/// Two factors side by side, multiplied in bf16 and added in fp32.
struct Bf16Products : Bf16 {
  static constexpr std::size_t products = 2;
  FOVEA_PART_OF_LOOP static void store(const Lanes& values, Value* to) {
    const auto halves = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(values));
    __builtin_memcpy(to, &halves, sizeof halves);
  }
  FOVEA_PART_OF_LOOP static __m512i rounded(const Lanes& first, const Lanes& second) {
    return reinterpret_cast<__m512i>(
        _mm512_cvtne2ps_pbh(reinterpret_cast<__m512>(second), reinterpret_cast<__m512>(first)));
  }
  FOVEA_PART_OF_LOOP static void store_both(const Lanes& first, const Lanes& second, Value* to) {
    _mm512_storeu_si512(to, rounded(first, second));
  }
  FOVEA_PART_OF_LOOP static void store_turns(const Lanes& first, const Lanes& second, Value* to) {
    const auto turns =
        _mm512_setr_epi32(0x100000, 0x110001, 0x120002, 0x130003, 0x140004, 0x150005, 0x160006, 0x170007,
                          0x180008, 0x190009, 0x1A000A, 0x1B000B, 0x1C000C, 0x1D000D, 0x1E000E, 0x1F000F);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi16(turns, rounded(first, second)));
  }
  FOVEA_PART_OF_LOOP static __m512bh factors(const Value* from) {
    return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from));
  }
  FOVEA_PART_OF_LOOP static Lanes add_product(const Lanes& sum, const Value* pair, __m512bh factors) {
    int both;
    __builtin_memcpy(&both, pair, sizeof both);
    return reinterpret_cast<Lanes>(_mm512_dpbf16_ps(
        reinterpret_cast<__m512>(sum), reinterpret_cast<__m512bh>(_mm512_set1_epi32(both)), factors));
  }
};

}  // namespace
}  // namespace winograd

using namespace winograd;

FOVEA_WINOGRAD_LOOPS(Bf16Products)

}  // namespace fovea

#else

#include <stdexcept>

namespace fovea {
namespace {

[[noreturn]] void refuse() {
  throw std::logic_error("convolutions by Winograd's algorithm in bf16 need AVX-512 BF16");
}

}  // namespace

void winograd_filters(const float*, std::size_t, std::size_t, std::uint16_t*) {
  refuse();
}
void winograd_filters_back(const float*, std::size_t, std::size_t, std::uint16_t*) {
  refuse();
}
void winograd_convolve(const std::uint16_t*, const WinogradShape&, const std::uint16_t*, std::uint16_t*,
                       float*) {
  refuse();
}
void winograd_add_gradients(const std::uint16_t*, const std::uint16_t*, const WinogradShape&, float*,
                            float*) {
  refuse();
}

}  // namespace fovea

#endif
