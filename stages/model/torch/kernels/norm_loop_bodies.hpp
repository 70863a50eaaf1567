#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>

#include "stages/model/torch/kernels/norm_loops.hpp"

// The bodies of the loops of norm_loops.hpp, for the files that compile them for different vectors.

namespace fovea {

/// Calls `loop(lanes, c)` until all channels are done: with as many lanes from channel `c` on as the type
/// has, then with 8, and with 1 for the rest.
template <class Type, class Loop>
FOVEA_PART_OF_LOOP void over_channels(std::size_t channels, const Loop& loop) {
  std::size_t c = 0;
  for (; c + Type::at_once <= channels; c += Type::at_once)
    loop(std::integral_constant<std::size_t, Type::at_once>{}, c);
  for (; c + 8 <= channels; c += 8) loop(std::integral_constant<std::size_t, 8>{}, c);
  for (; c < channels; ++c) loop(std::integral_constant<std::size_t, 1>{}, c);
}

/// Calls `loop(lanes, c, begin, end)` until all channels of all pixels are done, `step` neighbouring pixels
/// at a time. Writing is fastest with a step of 1, in the order of memory; sums stay in registers for a step.
template <class Type, class Loop> FOVEA_PART_OF_LOOP void over_pixels(std::size_t count, std::size_t channels,
                                                                      std::size_t step, const Loop& loop) {
  if (channels <= Type::at_once) step = count;
  for (std::size_t p = 0; p < count; p += step)
    over_channels<Type>(
        channels, [&](auto n, std::size_t c)
                      __attribute__((always_inline)) { loop(n, c, p, std::min(p + step, count)); });
}

/// The affine functions of `n` channels from `c` on, in registers.
template <std::size_t n> struct AffineLanes {
  Floats<n> a, b;
  FOVEA_PART_OF_LOOP AffineLanes(Affine affine, std::size_t c)
      : a(Fp32::load<n>(affine.a + c)), b(Fp32::load<n>(affine.b + c)) {}
  FOVEA_PART_OF_LOOP Floats<n> at(const Floats<n>& x) const { return a * x + b; }
};

template <std::size_t n> FOVEA_PART_OF_LOOP Floats<n> floor_of(bool relu) {
  return Floats<n>{} + (relu ? 0.0F : -std::numeric_limits<float>::infinity());
}

/// Two sums of `n` channels, in registers until `keep` writes them back.
template <std::size_t n> struct Sums {
  float *sum_at, *product_at;
  Floats<n> sum, product;
  FOVEA_PART_OF_LOOP Sums(float* sums, float* products)
      : sum_at(sums), product_at(products), sum(Fp32::load<n>(sums)), product(Fp32::load<n>(products)) {}
  FOVEA_PART_OF_LOOP void add(const Floats<n>& value, const Floats<n>& factor) {
    sum += value;
    product += value * factor;
  }
  FOVEA_PART_OF_LOOP void keep() const {
    Fp32::store<n>(sum, sum_at);
    Fp32::store<n>(product, product_at);
  }
};

/// The argmax of each window as integers.
template <std::size_t n> FOVEA_PART_OF_LOOP Ints<n> winners(const std::uint8_t* winner) {
  return __builtin_convertvector(read_vector<typename Vectors<n>::Bytes>(winner), Ints<n>);
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void moments(const Pixels<Value>& part, std::size_t c, std::size_t begin, std::size_t end,
                                const float* pivots, float* sum, float* square) {
  const auto pivot = Fp32::load<n>(pivots + c);
  Sums<n> sums(sum + c, square + c);
  for (std::size_t p = begin; p < end; ++p) {
    const Floats<n> value = Type::template load<n>(part.x + p * part.channels + c) - pivot;
    sums.add(value, value);
  }
  sums.keep();
}

template <class Type, std::size_t n, bool adds, class Value>
FOVEA_PART_OF_LOOP void normalise_pixels(const Pixels<Value>& part, std::size_t c, std::size_t begin,
                                         std::size_t end, Affine affine) {
  const AffineLanes<n> lanes(affine, c);
  const auto floor = floor_of<n>(part.relu);
  for (std::size_t p = begin; p < end; ++p) {
    const auto at = p * part.channels + c;
    Floats<n> value = lanes.at(Type::template load<n>(part.x + at));
    if constexpr (adds) value += Type::template load<n>(part.added + at);
    Type::template store<n>(value < floor ? floor : value, part.out + at);
  }
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void gradients(const Pixels<Value>& part, std::size_t c, std::size_t begin,
                                  std::size_t end, Affine affine, const float* means, float* sum,
                                  float* product) {
  const AffineLanes<n> lanes(affine, c);
  const auto floor = floor_of<n>(part.relu);
  const auto mean = Fp32::load<n>(means + c);
  Sums<n> sums(sum + c, product + c);
  for (std::size_t p = begin; p < end; ++p) {
    const auto at = p * part.channels + c;
    const auto x = Type::template load<n>(part.x + at), dy = Type::template load<n>(part.gradient + at);
    sums.add(lanes.at(x) > floor ? dy : Floats<n>{}, x - mean);
  }
  sums.keep();
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void sum_gradients(const Pixels<Value>& part, std::size_t c, std::size_t begin,
                                      std::size_t end, const float* means, float* sum, float* product) {
  const auto mean = Fp32::load<n>(means + c);
  Sums<n> sums(sum + c, product + c);
  for (std::size_t p = begin; p < end; ++p) {
    const auto at = p * part.channels + c;
    const auto dy = Type::template load<n>(part.gradient + at);
    const Floats<n> gradient = Type::template load<n>(part.result + at) > 0 ? dy : Floats<n>{};
    sums.add(gradient, Type::template load<n>(part.x + at) - mean);
    Type::template store<n>(gradient, part.added_gradient + at);
  }
  sums.keep();
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void spread(const Pixels<Value>& part, std::size_t c, std::size_t begin, std::size_t end,
                               Affine affine, Affine rest) {
  const AffineLanes<n> lanes(affine, c), rests(rest, c);
  const auto floor = floor_of<n>(part.relu);
  for (std::size_t p = begin; p < end; ++p) {
    const auto at = p * part.channels + c;
    const auto x = Type::template load<n>(part.x + at), dy = Type::template load<n>(part.gradient + at);
    const Floats<n> gradient = lanes.at(x) > floor ? dy : Floats<n>{};
    Type::template store<n>(lanes.a * gradient + rests.at(x), part.out + at);
  }
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void pool(const Windows<Value>& part, std::size_t c, Affine affine) {
  const AffineLanes<n> lanes(affine, c);
  for (std::size_t w = 0; w < part.count; ++w) {
    Floats<n> best{};
    Ints<n> who = Ints<n>{} + 4;
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
      const auto at = (2 * w + k % 2) * part.channels + c;
      const Floats<n> value = lanes.at(Type::template load<n>(part.x[k / 2] + at));
      const Ints<n> wins = ~(value <= best) & (best == best);
      best = wins ? value : best;
      who = wins ? Ints<n>{} + static_cast<std::int32_t>(k) : who;
    }
    const auto at = w * part.channels + c;
    Type::template store<n>(best, part.pooled + at);
    write_vector(__builtin_convertvector(who, typename Vectors<n>::Bytes), part.winner + at);
  }
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void pool_gradients(const Windows<Value>& part, std::size_t c, const float* means,
                                       float* sum, float* product) {
  const auto mean = Fp32::load<n>(means + c);
  Sums<n> sums(sum + c, product + c);
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto at = w * part.channels + c;
    const auto who = winners<n>(part.winner + at);
    Floats<n> x{};
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
      const auto value = Type::template load<n>(part.x[k / 2] + (2 * w + k % 2) * part.channels + c);
      x = who == static_cast<std::int32_t>(k) ? value : x;
    }
    const auto dy = Type::template load<n>(part.gradient + at);
    sums.add(who < 4 ? dy : Floats<n>{}, x - mean);
  }
  sums.keep();
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void pool_spread(const Windows<Value>& part, std::size_t c, const float* factors,
                                    Affine rest) {
  const AffineLanes<n> rests(rest, c);
  const auto a = Fp32::load<n>(factors + c);
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto who = winners<n>(part.winner + w * part.channels + c);
    const Floats<n> gradient = a * Type::template load<n>(part.gradient + w * part.channels + c);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
      const auto at = (2 * w + k % 2) * part.channels + c;
      const Floats<n> own = who == static_cast<std::int32_t>(k) ? gradient : Floats<n>{};
      Type::template store<n>(own + rests.at(Type::template load<n>(part.x[k / 2] + at)),
                              part.out[k / 2] + at);
    }
  }
}

template <class Type, std::size_t n, class Value>
FOVEA_PART_OF_LOOP void pool_spread(const Windows<Value>& part, std::size_t c) {
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto who = winners<n>(part.winner + w * part.channels + c);
    const Floats<n> gradient = Type::template load<n>(part.gradient + w * part.channels + c);
#pragma GCC unroll 4
    for (std::size_t k = 0; k < 4; ++k) {
      const Floats<n> own = who == static_cast<std::int32_t>(k) ? gradient : Floats<n>{};
      Type::template store<n>(own, part.out[k / 2] + (2 * w + k % 2) * part.channels + c);
    }
  }
}

#define FOVEA_OVER_CHANNELS(Type, call) \
  over_channels<Type>(                  \
      part.channels, [&](auto n, std::size_t c) __attribute__((always_inline)) { call; })

#define FOVEA_OVER_PIXELS(Type, step, call)                                                                 \
  over_pixels<Type>(                                                                                        \
      part.count, part.channels,                                                                            \
      step, [&](auto n, std::size_t c, std::size_t begin, std::size_t end) __attribute__((always_inline)) { \
        call;                                                                                               \
      })

// A template function is not compiled for several vector widths, so each type has its own.
#define FOVEA_NORM_LOOPS(Type)                                                                               \
  template <> FOVEA_VECTOR_LOOPS void add_moments<Type>(const Pixels<Type::Value>& part, const float* pivot, \
                                                        float* sum, float* square) {                         \
    FOVEA_OVER_PIXELS(Type, 16, (moments<Type, n()>(part, c, begin, end, pivot, sum, square)));              \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void normalise<Type>(const Pixels<Type::Value>& part, Affine affine) {      \
    if (part.added != nullptr) {                                                                             \
      FOVEA_OVER_PIXELS(Type, 1, (normalise_pixels<Type, n(), true>(part, c, begin, end, affine)));          \
    } else {                                                                                                 \
      FOVEA_OVER_PIXELS(Type, 1, (normalise_pixels<Type, n(), false>(part, c, begin, end, affine)));         \
    }                                                                                                        \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void normalise<Type>(const Windows<Type::Value>& part, Affine affine) {     \
    FOVEA_OVER_CHANNELS(Type, (pool<Type, n()>(part, c, affine)));                                           \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void add_gradients<Type>(const Pixels<Type::Value>& part, Affine affine,    \
                                                          const float* mean, float* sum, float* product) {   \
    FOVEA_OVER_PIXELS(Type, 16, (gradients<Type, n()>(part, c, begin, end, affine, mean, sum, product)));    \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void add_gradients<Type>(const Windows<Type::Value>& part,                  \
                                                          const float* mean, float* sum, float* product) {   \
    FOVEA_OVER_CHANNELS(Type, (pool_gradients<Type, n()>(part, c, mean, sum, product)));                     \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void add_sum_gradients<Type>(                                               \
      const Pixels<Type::Value>& part, const float* mean, float* sum, float* product) {                      \
    FOVEA_OVER_PIXELS(Type, 4, (sum_gradients<Type, n()>(part, c, begin, end, mean, sum, product)));         \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void spread_gradients<Type>(const Pixels<Type::Value>& part, Affine affine, \
                                                             Affine rest) {                                  \
    FOVEA_OVER_PIXELS(Type, 1, (spread<Type, n()>(part, c, begin, end, affine, rest)));                      \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void spread_gradients<Type>(const Windows<Type::Value>& part,               \
                                                             const float* a, Affine rest) {                  \
    FOVEA_OVER_CHANNELS(Type, (pool_spread<Type, n()>(part, c, a, rest)));                                   \
  }                                                                                                          \
  template <> FOVEA_VECTOR_LOOPS void spread_gradients<Type>(const Windows<Type::Value>& part) {             \
    FOVEA_OVER_CHANNELS(Type, (pool_spread<Type, n()>(part, c)));                                            \
  }

}  // namespace fovea
