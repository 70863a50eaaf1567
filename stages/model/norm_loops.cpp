#include "stages/model/norm_loops.hpp"

#include <limits>

#include "stages/model/vector_loops.hpp"

namespace fovea {
namespace {

float floor_of(bool relu) {
  return relu ? 0.0F : -std::numeric_limits<float>::infinity();
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void moments_loop(const Pixels<Value>& part, const float* __restrict pivot,
                                     float* __restrict sum, float* __restrict square) {
  const auto channels = part.channels;
  for (std::size_t p = 0; p < part.count; ++p) {
    const auto* __restrict x = part.x + p * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const float value = Type::load(x[i]) - pivot[i];
      sum[i] += value;
      square[i] += value * value;
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void normalise_loop(const Pixels<Value>& part, const float* __restrict a,
                                       const float* __restrict b, float floor) {
  const auto channels = part.channels;
  for (std::size_t p = 0; p < part.count; ++p) {
    const auto* __restrict x = part.x + p * channels;
    auto* __restrict y = part.out + p * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const float value = a[i] * Type::load(x[i]) + b[i];
      y[i] = Type::store(value < floor ? floor : value);
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void gradients_loop(const Pixels<Value>& part, const float* __restrict a,
                                       const float* __restrict b, float floor, const float* __restrict mean,
                                       float* __restrict sum, float* __restrict product) {
  const auto channels = part.channels;
  for (std::size_t p = 0; p < part.count; ++p) {
    const auto* __restrict x = part.x + p * channels;
    const auto* __restrict dy = part.gradient + p * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const float value = Type::load(x[i]);
      const float gradient = a[i] * value + b[i] > floor ? Type::load(dy[i]) : 0.0F;
      sum[i] += gradient;
      product[i] += gradient * (value - mean[i]);
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void spread_loop(const Pixels<Value>& part, const float* __restrict a,
                                    const float* __restrict b, float floor, const float* __restrict slope,
                                    const float* __restrict rest) {
  const auto channels = part.channels;
  for (std::size_t p = 0; p < part.count; ++p) {
    const auto* __restrict x = part.x + p * channels;
    const auto* __restrict dy = part.gradient + p * channels;
    auto* __restrict dx = part.out + p * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const float value = Type::load(x[i]);
      const float gradient = a[i] * value + b[i] > floor ? Type::load(dy[i]) : 0.0F;
      dx[i] = Type::store(a[i] * gradient + (slope[i] * value + rest[i]));
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void pool_loop(const Windows<Value>& part, const float* __restrict a,
                                  const float* __restrict b) {
  const auto channels = part.channels;
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto* __restrict above = part.x[0] + 2 * w * channels;
    const auto* __restrict below = part.x[1] + 2 * w * channels;
    auto* __restrict pooled = part.pooled + w * channels;
    auto* __restrict winner = part.winner + w * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const float values[4] = {Type::load(above[i]), Type::load(above[i + channels]), Type::load(below[i]),
                               Type::load(below[i + channels])};
      float best = 0;
      std::uint32_t who = 4;
      for (std::uint32_t k = 0; k < 4; ++k) {
        const float value = a[i] * values[k] + b[i];
        const bool wins = !(value <= best) && best == best;
        best = wins ? value : best;
        who = wins ? k : who;
      }
      pooled[i] = Type::store(best);
      winner[i] = static_cast<std::uint8_t>(who);
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void pool_gradients_loop(const Windows<Value>& part, const float* __restrict mean,
                                            float* __restrict sum, float* __restrict product) {
  const auto channels = part.channels;
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto* __restrict above = part.x[0] + 2 * w * channels;
    const auto* __restrict below = part.x[1] + 2 * w * channels;
    const auto* __restrict dy = part.gradient + w * channels;
    const auto* __restrict winner = part.winner + w * channels;
    for (std::size_t i = 0; i < channels; ++i) {
      const std::uint32_t who = winner[i];
      const float first = who == 0 ? Type::load(above[i]) : Type::load(above[i + channels]);
      const float second = who == 2 ? Type::load(below[i]) : Type::load(below[i + channels]);
      const float gradient = who < 4 ? Type::load(dy[i]) : 0.0F;
      sum[i] += gradient;
      product[i] += gradient * ((who < 2 ? first : second) - mean[i]);
    }
  }
}

template <class Type, class Value>
FOVEA_PART_OF_LOOP void pool_spread_loop(const Windows<Value>& part, const float* __restrict a,
                                         const float* __restrict slope, const float* __restrict rest) {
  const auto channels = part.channels;
  for (std::size_t w = 0; w < part.count; ++w) {
    const auto* __restrict dy = part.gradient + w * channels;
    const auto* __restrict winner = part.winner + w * channels;
    for (std::uint8_t k = 0; k < 4; ++k) {
      const auto at = (2 * w + k % 2) * channels;
      const auto* __restrict x = part.x[k / 2] + at;
      auto* __restrict dx = part.out[k / 2] + at;
      for (std::size_t i = 0; i < channels; ++i) {
        const float gradient = winner[i] == k ? a[i] * Type::load(dy[i]) : 0.0F;
        dx[i] = Type::store(gradient + (slope[i] * Type::load(x[i]) + rest[i]));
      }
    }
  }
}

}  // namespace

// A template function is not compiled for several vector widths, so each type has its own.
#define FOVEA_NORM_LOOPS(Value, Type)                                                                        \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void add_moments(const Pixels<Value>& part, const float* pivot, float* sum,             \
                                      float* square) {                                                       \
    moments_loop<Type>(part, pivot, sum, square);                                                            \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void normalise(const Pixels<Value>& part, Line line) {                                  \
    normalise_loop<Type>(part, line.a, line.b, floor_of(part.relu));                                         \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void normalise(const Windows<Value>& part, Line line) {                                 \
    pool_loop<Type>(part, line.a, line.b);                                                                   \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void add_gradients(const Pixels<Value>& part, Line line, const float* mean, float* sum, \
                                        float* product) {                                                    \
    gradients_loop<Type>(part, line.a, line.b, floor_of(part.relu), mean, sum, product);                     \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void add_gradients(const Windows<Value>& part, const float* mean, float* sum,           \
                                        float* product) {                                                    \
    pool_gradients_loop<Type>(part, mean, sum, product);                                                     \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void spread_gradients(const Pixels<Value>& part, Line line, Line rest) {                \
    spread_loop<Type>(part, line.a, line.b, floor_of(part.relu), rest.a, rest.b);                            \
  }                                                                                                          \
  template <>                                                                                                \
  FOVEA_VECTOR_LOOPS void spread_gradients(const Windows<Value>& part, const float* a, Line rest) {          \
    pool_spread_loop<Type>(part, a, rest.a, rest.b);                                                         \
  }

FOVEA_NORM_LOOPS(float, Fp32)
FOVEA_NORM_LOOPS(std::uint16_t, Bf16)

}  // namespace fovea
