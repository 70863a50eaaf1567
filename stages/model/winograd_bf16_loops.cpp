#include <algorithm>
#include <stdexcept>

#include "stages/model/winograd_loops.hpp"
#include "stages/model/winograd_tiles.hpp"

#if defined(__x86_64__)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 means its own header
#include <immintrin.h>
#pragma GCC diagnostic pop

// What only some CPUs can do stays inside of functions that say so.
#define FOVEA_AVX512_BF16 __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define FOVEA_PART_OF_BF16_LOOP [[gnu::always_inline]] FOVEA_AVX512_BF16 inline

namespace fovea {
namespace {

using namespace winograd;
using Half = std::uint16_t;

FOVEA_PART_OF_BF16_LOOP void store_rounded(const Lanes& values, Half* to) {
  const auto halves = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(values));
  __builtin_memcpy(to, &halves, sizeof halves);
}
FOVEA_PART_OF_BF16_LOOP void store_both(const Lanes& first, const Lanes& second, Half* to) {
  const auto both = _mm512_cvtne2ps_pbh(reinterpret_cast<__m512>(second), reinterpret_cast<__m512>(first));
  _mm512_storeu_si512(to, reinterpret_cast<__m512i>(both));
}
/// The numbers of `first` and `second` in turns.
FOVEA_PART_OF_BF16_LOOP void store_pairs(const Lanes& first, const Lanes& second, __m512i turns, Half* to) {
  const auto both = _mm512_cvtne2ps_pbh(reinterpret_cast<__m512>(second), reinterpret_cast<__m512>(first));
  _mm512_storeu_si512(to, _mm512_permutexvar_epi16(turns, reinterpret_cast<__m512i>(both)));
}
/// Which of 16 numbers and 16 more stand where when they take turns.
FOVEA_PART_OF_BF16_LOOP __m512i turns_of_two() {
  return _mm512_add_epi32(
      _mm512_set1_epi32(0x0010'0000),
      _mm512_mullo_epi32(_mm512_set1_epi32(0x0001'0001),
                         _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
}

FOVEA_PART_OF_BF16_LOOP __m512bh read_pairs(const Half* from) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from));
}
/// The same pair in all lanes.
FOVEA_PART_OF_BF16_LOOP __m512bh repeat_pair(const Half* from) {
  int pair;
  __builtin_memcpy(&pair, from, sizeof pair);
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

/// Multiplies one column of positions of a group of tiles with the filters of 16 channels out.
FOVEA_PART_OF_BF16_LOOP void multiply_column(const Half* v, const Half* u, std::size_t chunks,
                                             __m512 (&sums)[group][4]) {
  for (auto& tile : sums) std::fill_n(tile, 4, _mm512_setzero_ps());
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
#pragma GCC unroll 1
    for (std::size_t i = 0; i < lanes / 2; ++i) {
      for (std::size_t r = 0; r < 4; ++r) {
        const auto factors = read_pairs(u + (4 * i + r) * 2 * lanes);
        for (std::size_t t = 0; t < group; ++t) {
          sums[t][r] = _mm512_dpbf16_ps(sums[t][r], repeat_pair(v + (4 * t + r) * lanes + 2 * i), factors);
        }
      }
    }
    v += positions * group * lanes;
    u += positions * lanes * lanes;
  }
}

/// Adds the products of 16 channels in with 16 channels out over so many pairs of tiles.
FOVEA_PART_OF_BF16_LOOP void add_products(const Half* v, const Half* m, std::size_t pairs, float* to) {
  __m512 sums[lanes];
  for (std::size_t r = 0; r < lanes; ++r) sums[r] = _mm512_loadu_ps(to + r * lanes);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const auto factors = read_pairs(m + pair * 2 * lanes);
    for (std::size_t r = 0; r < lanes; ++r) {
      sums[r] = _mm512_dpbf16_ps(sums[r], repeat_pair(v + pair * 2 * lanes + 2 * r), factors);
    }
  }
  for (std::size_t r = 0; r < lanes; ++r) _mm512_storeu_ps(to + r * lanes, sums[r]);
}

/// Filters of which those of `lanes` channels out are `stride` numbers apart and those of channels in `step`.
FOVEA_PART_OF_BF16_LOOP void pack(const float* weights, std::size_t chunks_in, std::size_t chunks_out,
                                  std::size_t step, std::size_t stride, bool turned, Half* to) {
  const auto turns = turns_of_two();
  for (std::size_t o = 0; o < chunks_out; ++o) {
    for (std::size_t chunk = 0; chunk < chunks_in; ++chunk) {
      for (std::size_t i = 0; i < lanes; i += 2) {
        Lanes values[2][positions];
        for (std::size_t k = 0; k < 2; ++k) {
          transform_filters(weights + o * lanes * stride + (chunk * lanes + i + k) * step, stride, turned,
                            values[k]);
        }
        for (std::size_t c = 0; c < 4; ++c) {
          for (std::size_t r = 0; r < 4; ++r) {
            store_pairs(values[0][4 * c + r], values[1][4 * c + r], turns,
                        to + ((c * lanes / 2 + i / 2) * 4 + r) * 2 * lanes);
          }
        }
      }
      to += positions * lanes * lanes;
    }
  }
}

}  // namespace

FOVEA_AVX512_BF16 void winograd_filters(const float* weights, std::size_t channels_in,
                                        std::size_t channels_out, Half* filters) {
  pack(weights, channels_in / lanes, channels_out / lanes, 9, 9 * channels_in, false, filters);
}

FOVEA_AVX512_BF16 void winograd_filters_back(const float* weights, std::size_t channels_in,
                                             std::size_t channels_out, Half* filters) {
  pack(weights, channels_out / lanes, channels_in / lanes, 9 * channels_in, 9, true, filters);
}

FOVEA_AVX512_BF16 void winograd_convolve(const Half* x, const WinogradShape& shape, const Half* filters,
                                         Half* y, float* memory) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  const Scratch scratch(shape, memory);
  auto* in = reinterpret_cast<Half*>(scratch.values);
  const auto group_size = positions * group * depth, slot = group * lanes;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    Place<const Half, 4> places[forward_tiles];
    Place<Half, 2> places_out[forward_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      tiles.place<1>(x, depth, scratch.zeros<const Half>(), places[t]);
      tiles.place<0>(y, width, scratch.ignored<Half>(), places_out[t]);
    }
    for (std::size_t i = 0; i < depth; i += lanes) {
      Lanes columns[4][4];
      for (std::size_t t = 0; t < count; ++t) {
        columns_in<Bf16>(places[t], depth, i, t > 0 && places[t].follows, columns);
        auto* to = in + t / group * group_size + t % group * 4 * lanes + i * positions * group;
        for (std::size_t r = 0; r < 4; r += 2) {
          Lanes rows[2][4];
          for (std::size_t k = 0; k < 2; ++k) row_in(columns, r + k, rows[k]);
          for (std::size_t c = 0; c < 4; ++c)
            store_both(rows[0][c], rows[1][c], to + 4 * c * slot + r * lanes);
        }
      }
    }
    for (std::size_t o = 0; o < width; o += lanes) {
      for (std::size_t g = 0; g * group < count; ++g) {
        Lanes columns[group][2][4];
        for (std::size_t c = 0; c < 4; ++c) {
          __m512 sums[group][4];
          multiply_column(in + g * group_size + 4 * c * slot,
                          filters + positions * depth * o + c * 4 * lanes * lanes, depth / lanes, sums);
          for (std::size_t t = 0; t < group; ++t) {
            Lanes m[4], column[2];
            for (std::size_t r = 0; r < 4; ++r) m[r] = reinterpret_cast<Lanes>(sums[t][r]);
            column_out(m, column);
            for (std::size_t r = 0; r < 2; ++r) columns[t][r][c] = column[r];
          }
        }
        for (std::size_t t = 0; t < group && g * group + t < count; ++t) {
          const auto& place = places_out[g * group + t];
          for (std::size_t r = 0; r < 2; ++r) {
            Lanes row[2];
            row_out(columns[t][r], row);
            store_rounded(row[0], place.rows[r] + o);
            if (place.end > 1) store_rounded(row[1], place.rows[r] + width + o);
          }
        }
      }
    }
  }
}

FOVEA_AVX512_BF16 void winograd_add_gradients(const Half* x, const Half* gradient, const WinogradShape& shape,
                                              float* sums, float* memory) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  const Scratch scratch(shape, memory);
  const auto* zeros = scratch.zeros<const Half>();
  auto *in = reinterpret_cast<Half*>(scratch.values), *out = in + positions * gradient_tiles * depth;
  const auto turns = turns_of_two();
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto pairs = (std::min(gradient_tiles, all - first) + 1) / 2;
    Place<const Half, 4> places[gradient_tiles];
    Place<const Half, 2> places_out[gradient_tiles];
    for (std::size_t t = 0; t < 2 * pairs; ++t, tiles.next()) {  // beyond the last tile there are only zeros
      tiles.place<1>(x, depth, zeros, places[t]);
      tiles.place<0>(gradient, width, zeros, places_out[t]);
    }
    for (std::size_t i = 0; i < depth; i += lanes) {
      Lanes columns[2][4][4];
      for (std::size_t pair = 0; pair < pairs; ++pair) {
        for (std::size_t c = 0; c < 2 && pair > 0; ++c)
          for (std::size_t r = 0; r < 4; ++r) columns[0][c + 2][r] = columns[1][c + 2][r];
        columns_in<Bf16>(places[2 * pair], depth, i, pair > 0 && places[2 * pair].follows, columns[0]);
        for (std::size_t c = 0; c < 2; ++c)
          for (std::size_t r = 0; r < 4; ++r) columns[1][c + 2][r] = columns[0][c + 2][r];
        columns_in<Bf16>(places[2 * pair + 1], depth, i, places[2 * pair + 1].follows, columns[1]);
        auto* to = in + i * gradient_tiles + pair * 2 * lanes;
        for (std::size_t r = 0; r < 4; ++r) {
          Lanes rows[2][4];
          for (std::size_t k = 0; k < 2; ++k) row_in(columns[k], r, rows[k]);
          for (std::size_t c = 0; c < 4; ++c) {
            store_pairs(rows[0][c], rows[1][c], turns, to + (4 * c + r) * depth * gradient_tiles);
          }
        }
      }
    }
    for (std::size_t i = 0; i < width; i += lanes) {
      for (std::size_t pair = 0; pair < pairs; ++pair) {
        Lanes columns[2][2][4];
        for (std::size_t k = 0; k < 2; ++k) {
          for (std::size_t c = 0; c < 2; ++c)
            column_gradient<Bf16>(places_out[2 * pair + k], width, c, i, columns[k][c]);
        }
        auto* to = out + i * gradient_tiles + pair * 2 * lanes;
        for (std::size_t r = 0; r < 4; ++r) {
          Lanes rows[2][4];
          for (std::size_t k = 0; k < 2; ++k) row_gradient(columns[k], r, rows[k]);
          for (std::size_t c = 0; c < 4; ++c) {
            store_pairs(rows[0][c], rows[1][c], turns, to + (4 * c + r) * width * gradient_tiles);
          }
        }
      }
    }
    auto* to = sums;
    for (std::size_t p = 0; p < positions; ++p) {
      for (std::size_t i = 0; i < depth; i += lanes) {
        for (std::size_t o = 0; o < width; o += lanes, to += lanes * lanes) {
          add_products(in + (p * depth + i) * gradient_tiles, out + (p * width + o) * gradient_tiles, pairs,
                       to);
        }
      }
    }
  }
}

}  // namespace fovea

#else

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
