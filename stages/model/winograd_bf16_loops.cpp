#include <algorithm>
#include <stdexcept>
#include <vector>

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
/// Rounded to bf16, each in the lower half of four bytes.
FOVEA_PART_OF_BF16_LOOP __m512i widened(const Lanes& values) {
  return _mm512_cvtepu16_epi32(
      reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(reinterpret_cast<__m512>(values))));
}
/// The numbers of `first` and `second` in turns.
FOVEA_PART_OF_BF16_LOOP void store_pairs(const Lanes& first, const Lanes& second, Half* to) {
  _mm512_storeu_si512(to, _mm512_or_si512(widened(first), _mm512_slli_epi32(widened(second), 16)));
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

/// Adds the products of `rows` x `columns` vectors over `count` pairs: those of row r are `stride` numbers
/// apart and begin at `v + r * row`, those of a vector of columns are 2 * width numbers apart.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_BF16_LOOP void add_products(const Half* v, std::size_t row, std::size_t stride, const Half* u,
                                          std::size_t width, std::size_t count,
                                          __m512 (&sums)[rows][columns]) {
  for (std::size_t i = 0; i < count; ++i) {
    __m512bh factors[columns];
    for (std::size_t c = 0; c < columns; ++c) factors[c] = read_pairs(u + 2 * (i * width + lanes * c));
    for (std::size_t r = 0; r < rows; ++r) {
      const auto pair = repeat_pair(v + r * row + i * stride);
      for (std::size_t c = 0; c < columns; ++c) sums[r][c] = _mm512_dpbf16_ps(sums[r][c], pair, factors[c]);
    }
  }
}

/// `rows` rows of `v`, `depth` each, times `columns` vectors of `u`.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_BF16_LOOP void multiply(const Half* v, std::size_t depth, const Half* u, std::size_t width,
                                      float* m) {
  __m512 sums[rows][columns];
  for (auto& row : sums) std::fill_n(row, columns, _mm512_setzero_ps());
  add_products<rows, columns>(v, depth, 2, u, width, depth / 2, sums);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) _mm512_storeu_ps(m + r * width + lanes * c, sums[r][c]);
  }
}

/// Adds the products of `rows` channels of `v` with `columns` vectors of `m` over so many pairs of tiles.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_BF16_LOOP void add_tiles(const Half* v, std::size_t depth, const Half* m, std::size_t width,
                                       std::size_t pairs, float* to) {
  __m512 sums[rows][columns];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) sums[r][c] = _mm512_loadu_ps(to + r * width + lanes * c);
  }
  add_products<rows, columns>(v, 2, 2 * depth, m, width, pairs, sums);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) _mm512_storeu_ps(to + r * width + lanes * c, sums[r][c]);
  }
}

/// Rounds filters of 16 x channels_in x channels_out, and puts those of two channels in side by side.
FOVEA_AVX512_BF16 void pack(const std::vector<float>& filters, std::size_t channels_in,
                            std::size_t channels_out, Half* packed) {
  for (std::size_t row = 0; row < positions * channels_in; row += 2) {
    const float* from = filters.data() + row * channels_out;
    for (std::size_t o = 0; o < channels_out; o += lanes) {
      store_pairs(read_vector<Lanes>(from + o), read_vector<Lanes>(from + channels_out + o),
                  packed + row * channels_out + 2 * o);
    }
  }
}

}  // namespace

void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out,
                      Half* filters) {
  std::vector<float> exact(positions * channels_in * channels_out);
  winograd_filters(weights, channels_in, channels_out, exact.data());
  pack(exact, channels_in, channels_out, filters);
}

void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,
                           Half* filters) {
  std::vector<float> exact(positions * channels_in * channels_out);
  winograd_filters_back(weights, channels_in, channels_out, exact.data());
  pack(exact, channels_out, channels_in, filters);
}

FOVEA_AVX512_BF16 void winograd_convolve(const Half* x, const WinogradShape& shape, const Half* filters,
                                         Half* y, float* memory) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  const auto stride_in = forward_tiles * depth, stride_out = forward_tiles * width;
  const Scratch scratch(shape, memory);
  auto* out = scratch.values;
  auto* in = reinterpret_cast<Half*>(out + positions * stride_out);
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    auto reading = tiles;
    const Half* pixels_in[forward_tiles][16];
    bool follows[forward_tiles];
    for (std::size_t t = 0; t < count; ++t, reading.next()) {
      reading.point<4>(x, depth, 1, scratch.zeros<const Half>(), pixels_in[t]);
      follows[t] = t > 0 && reading.follows();
    }
    for (std::size_t i = 0; i < depth; i += lanes) {
      Shared shared{};
      for (std::size_t t = 0; t < count; ++t) {
        Lanes values[positions];
        transform_in<Bf16>(pixels_in[t], i, follows[t], shared, values);
        for (std::size_t p = 0; p < positions; ++p)
          store_rounded(values[p], in + p * stride_in + t * depth + i);
      }
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = in + p * stride_in;
      const auto* u = filters + p * depth * width;
      auto* m = out + p * stride_out;
      std::size_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes) {
        multiply<forward_tiles, 2>(v, depth, u + 2 * c, width, m + c);
      }
      if (c < width) multiply<forward_tiles, 1>(v, depth, u + 2 * c, width, m + c);
    }
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      Half* pixels[4];
      tiles.point<2>(y, width, 0, scratch.ignored<Half>(), pixels);
      for (std::size_t i = 0; i < width; i += lanes) {
        Lanes values[4];
        transform_out(out + t * width, stride_out, i, values);
        for (std::size_t p = 0; p < 4; ++p) store_rounded(values[p], pixels[p] + i);
      }
    }
  }
}

FOVEA_AVX512_BF16 void winograd_add_gradients(const Half* x, const Half* gradient, const WinogradShape& shape,
                                              float* sums, float* memory) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  const auto stride_in = gradient_tiles * depth, stride_out = gradient_tiles * width;
  const Scratch scratch(shape, memory);
  const auto* zeros = scratch.zeros<const Half>();
  auto *in = reinterpret_cast<Half*>(scratch.values), *out = in + positions * stride_in;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto pairs = (std::min(gradient_tiles, all - first) + 1) / 2;
    const Half *pixels[gradient_tiles][16], *gradients[gradient_tiles][4];
    bool follows[gradient_tiles];
    for (std::size_t t = 0; t < 2 * pairs; ++t, tiles.next()) {  // beyond the last tile there are only zeros
      tiles.point<4>(x, depth, 1, zeros, pixels[t]);
      tiles.point<2>(gradient, width, 0, zeros, gradients[t]);
      follows[t] = t > 0 && tiles.follows();
    }
    Lanes values[2][positions];
    for (std::size_t i = 0; i < depth; i += lanes) {
      Shared shared{};
      for (std::size_t t = 0; t < 2 * pairs; ++t) {
        transform_in<Bf16>(pixels[t], i, follows[t], shared, values[t % 2]);
        if (t % 2 == 0) continue;
        for (std::size_t p = 0; p < positions; ++p) {
          store_pairs(values[0][p], values[1][p], in + p * stride_in + (t - 1) * depth + 2 * i);
        }
      }
    }
    for (std::size_t pair = 0; pair < pairs; ++pair) {
      for (std::size_t i = 0; i < width; i += lanes) {
        for (std::size_t t = 0; t < 2; ++t) transform_gradient<Bf16>(gradients[2 * pair + t], i, values[t]);
        for (std::size_t p = 0; p < positions; ++p) {
          store_pairs(values[0][p], values[1][p], out + p * stride_out + 2 * (pair * width + i));
        }
      }
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = in + p * stride_in;
      const auto* m = out + p * stride_out;
      auto* s = sums + p * depth * width;
      std::size_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes) {
        for (std::size_t r = 0; r < depth; r += 8) {
          add_tiles<8, 2>(v + 2 * r, depth, m + 2 * c, width, pairs, s + r * width + c);
        }
      }
      for (std::size_t r = 0; c < width && r < depth; r += 16) {
        add_tiles<16, 1>(v + 2 * r, depth, m + 2 * c, width, pairs, s + r * width + c);
      }
    }
  }
}

bool winograd_is_fast(bool bf16) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         (!bf16 || __builtin_cpu_supports("avx512bf16"));
}

}  // namespace fovea

#else

namespace fovea {
namespace {

[[noreturn]] void refuse() {
  throw std::logic_error("convolutions by Winograd's algorithm in bf16 need AVX-512 BF16");
}

}  // namespace

bool winograd_is_fast(bool) {
  return false;
}
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
