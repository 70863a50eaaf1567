#pragma once

#include "stages/model/torch/kernels/winograd_tiles.hpp"

// Winograd's algorithm for any type of numbers. `Type` is one of vector_loops.hpp that also multiplies 16
// channels: `add_product` adds so many `products` to each lane, whose factors lie side by side (`store_turns`
// writes them so); `store_both` writes two vectors one after the other.

namespace fovea::winograd {

constexpr std::size_t group = 7;  // tiles multiplied at once: sums of a column of each are 28 registers
constexpr std::size_t forward_tiles = 2 * group;  // transformed at once, so that they stay in the cache
constexpr std::size_t gradient_tiles = 48;        // transformed at once for the gradients of the filters
constexpr std::size_t block = positions * lanes * lanes;  // filters of 16 channels in and out

/// Memory for the loops: pixels of zeros, pixels that are written and never read, and transformed tiles.
template <class Value> struct Scratch {
  Value *zeros, *ignored, *values;

  static std::size_t margin(const WinogradShape& shape) {
    return 4 * std::max(shape.channels_in, shape.channels_out);
  }
  static std::size_t size(const WinogradShape& shape) {
    return 2 * margin(shape) + positions * gradient_tiles * (shape.channels_in + shape.channels_out);
  }
  Scratch(const WinogradShape& shape, float* memory)
      : zeros(reinterpret_cast<Value*>(memory)),
        ignored(reinterpret_cast<Value*>(memory + margin(shape))),
        values(reinterpret_cast<Value*>(memory + 2 * margin(shape))) {
    for (std::size_t i = 0; i < margin(shape); ++i) zeros[i] = Value{};
  }
};

/// Multiplies one column of positions of a group of tiles with the filters of 16 channels out.
template <class Type>
FOVEA_PART_OF_LOOP void multiply_column(const typename Type::Value* v, const typename Type::Value* u,
                                        std::size_t channels_in, Lanes (&sums)[group][4]) {
  for (auto& tile : sums) {
    for (auto& sum : tile) sum = Lanes{};
  }
  for (std::size_t chunk = 0; chunk < channels_in; chunk += lanes) {
#pragma GCC unroll 1
    for (std::size_t i = 0; i < lanes; i += Type::products) {
      const auto* row = u + (i / 2 * 8 + i % 2) * lanes;
      for (std::size_t r = 0; r < 4; ++r) {
        const auto factors = Type::factors(row + 2 * r * lanes);
        for (std::size_t t = 0; t < group; ++t)
          sums[t][r] = Type::add_product(sums[t][r], v + (4 * t + r) * lanes + i, factors);
      }
    }
    v += positions * group * lanes;
    u += block;
  }
}

/// Adds the products of 16 channels in with 16 channels out over so many tiles.
template <class Type> FOVEA_PART_OF_LOOP void add_products(const typename Type::Value* v,
                                                           const typename Type::Value* m, std::size_t tiles,
                                                           float* to) {
  Lanes sums[lanes];
  for (std::size_t r = 0; r < lanes; ++r) sums[r] = read_vector<Lanes>(to + r * lanes);
  for (std::size_t t = 0; t < tiles; t += Type::products) {
    const auto factors = Type::factors(m + t * lanes);
    for (std::size_t r = 0; r < lanes; ++r)
      sums[r] = Type::add_product(sums[r], v + t * lanes + r * Type::products, factors);
  }
  for (std::size_t r = 0; r < lanes; ++r) write_vector(sums[r], to + r * lanes);
}

/// Transforms filters of which those of neighbouring channels in are `step` numbers apart, and those of
/// channels out `stride`.
template <class Type> FOVEA_PART_OF_LOOP void transform_all(const float* weights, std::size_t channels_in,
                                                            std::size_t channels_out, std::size_t step,
                                                            std::size_t stride, bool turned,
                                                            typename Type::Value* to) {
  for (std::size_t o = 0; o < channels_out; o += lanes) {
    for (std::size_t chunk = 0; chunk < channels_in; chunk += lanes, to += block) {
      for (std::size_t i = 0; i < lanes; i += 2) {
        Lanes values[2][positions];
        for (std::size_t k = 0; k < 2; ++k)
          transform_filters(weights + o * stride + (chunk + i + k) * step, stride, turned, values[k]);
        for (std::size_t c = 0; c < 4; ++c) {
          for (std::size_t r = 0; r < 4; ++r) {
            Type::store_turns(values[0][4 * c + r], values[1][4 * c + r],
                              to + ((c * lanes + i) * 4 + 2 * r) * lanes);
          }
        }
      }
    }
  }
}

template <class Type> FOVEA_PART_OF_LOOP void convolve(const typename Type::Value* x,
                                                       const WinogradShape& shape,
                                                       const typename Type::Value* filters,
                                                       typename Type::Value* y, float* memory) {
  using Value = typename Type::Value;
  const auto channels_in = shape.channels_in, channels_out = shape.channels_out;
  const Scratch<Value> scratch(shape, memory);
  constexpr auto column_size = group * 4 * lanes;
  const auto group_size = positions * group * channels_in;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    Place<const Value, 1> places[forward_tiles];
    Place<Value, 0> places_out[forward_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      tiles.find<const Value>(x, channels_in, scratch.zeros, places[t]);
      tiles.find(y, channels_out, scratch.ignored, places_out[t]);
    }
    for (std::size_t i = 0; i < channels_in; i += lanes) {
      Lanes columns[4][4];
      for (std::size_t t = 0; t < count; ++t) {
        columns_in<Type>(places[t], channels_in, i, t > 0 && places[t].follows, columns, columns);
        auto* to = scratch.values + t / group * group_size + i * positions * group + t % group * 4 * lanes;
        for (std::size_t r = 0; r < 4; r += 2) {
          Lanes rows[2][4];
          for (std::size_t k = 0; k < 2; ++k) row_in(columns, r + k, rows[k]);
          for (std::size_t c = 0; c < 4; ++c)
            Type::store_both(rows[0][c], rows[1][c], to + c * column_size + r * lanes);
        }
      }
    }
    for (std::size_t o = 0; o < channels_out; o += lanes) {
      for (std::size_t g = 0; g * group < count; ++g) {
        Lanes columns[group][2][4];
        for (std::size_t c = 0; c < 4; ++c) {
          Lanes sums[group][4];
          multiply_column<Type>(scratch.values + g * group_size + c * column_size,
                                filters + positions * channels_in * o + c * block / 4, channels_in, sums);
          for (std::size_t t = 0; t < group; ++t) {
            Lanes column[2];
            column_out(sums[t], column);
            for (std::size_t r = 0; r < 2; ++r) columns[t][r][c] = column[r];
          }
        }
        for (std::size_t t = 0; t < group && g * group + t < count; ++t) {
          const auto& place = places_out[g * group + t];
          for (std::size_t r = 0; r < 2; ++r) {
            Lanes row[2];
            row_out(columns[t][r], row);
            for (std::size_t c = 0; c < 2; ++c) {
              if (c < place.end) Type::store(row[c], place.at(r, c, channels_out) + o);
            }
          }
        }
      }
    }
  }
}

/// Stores two transformed tiles, of whose columns `transform` gives one row a call.
template <class Type, class Transform> FOVEA_PART_OF_LOOP void store_tiles(const Transform& transform,
                                                                           typename Type::Value* to,
                                                                           std::size_t stride) {
#pragma GCC unroll 4
  for (std::size_t r = 0; r < 4; ++r) {
    Lanes rows[2][4];
    for (std::size_t k = 0; k < 2; ++k) transform(k, r, rows[k]);
    for (std::size_t c = 0; c < 4; ++c) Type::store_turns(rows[0][c], rows[1][c], to + (4 * c + r) * stride);
  }
}

template <class Type>
FOVEA_PART_OF_LOOP void add_gradients(const typename Type::Value* x, const typename Type::Value* gradient,
                                      const WinogradShape& shape, float* sums, float* memory) {
  using Value = typename Type::Value;
  const auto channels_in = shape.channels_in, channels_out = shape.channels_out;
  const Scratch<Value> scratch(shape, memory);
  auto *in = scratch.values, *out = in + positions * gradient_tiles * channels_in;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto count = (std::min(gradient_tiles, all - first) + 1) / 2 * 2;
    Place<const Value, 1> places[gradient_tiles];
    Place<const Value, 0> places_out[gradient_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {  // beyond the last tile there are only zeros
      tiles.find<const Value>(x, channels_in, scratch.zeros, places[t]);
      tiles.find<const Value>(gradient, channels_out, scratch.zeros, places_out[t]);
    }
    for (std::size_t i = 0; i < channels_in; i += lanes) {
      Lanes columns[2][4][4];
      for (std::size_t t = 0; t < count; t += 2) {
#pragma GCC unroll 2
        for (std::size_t k = 0; k < 2; ++k) {
          columns_in<Type>(places[t + k], channels_in, i, t + k > 0 && places[t + k].follows, columns[1 - k],
                           columns[k]);
        }
        store_tiles<Type>(
            [&](std::size_t k, std::size_t r, Lanes(&row)[4])
                __attribute__((always_inline)) { row_in(columns[k], r, row); },
            in + (i * gradient_tiles + t * lanes), channels_in * gradient_tiles);
      }
    }
    for (std::size_t o = 0; o < channels_out; o += lanes) {
      for (std::size_t t = 0; t < count; t += 2) {
        Lanes columns[2][2][4];
        for (std::size_t k = 0; k < 2; ++k) {
          for (std::size_t c = 0; c < 2; ++c)
            column_gradient<Type>(places_out[t + k], channels_out, c, o, columns[k][c]);
        }
        store_tiles<Type>(
            [&](std::size_t k, std::size_t r, Lanes(&row)[4])
                __attribute__((always_inline)) { row_gradient(columns[k], r, row); },
            out + (o * gradient_tiles + t * lanes), channels_out * gradient_tiles);
      }
    }
    auto* to = sums;
    for (std::size_t p = 0; p < positions; ++p) {
      for (std::size_t i = 0; i < channels_in; i += lanes) {
        for (std::size_t o = 0; o < channels_out; o += lanes, to += lanes * lanes) {
          add_products<Type>(in + (p * channels_in + i) * gradient_tiles,
                             out + (p * channels_out + o) * gradient_tiles, count, to);
        }
      }
    }
  }
}

/// What winograd_loops.hpp declares, for one type of numbers.
#define FOVEA_WINOGRAD_LOOPS(Type)                                                                           \
  void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out,             \
                        Type::Value* filters) {                                                              \
    transform_all<Type>(weights, channels_in, channels_out, 9, 9 * channels_in, false, filters);             \
  }                                                                                                          \
  void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,        \
                             Type::Value* filters) {                                                         \
    transform_all<Type>(weights, channels_out, channels_in, 9 * channels_in, 9, true, filters);              \
  }                                                                                                          \
  void winograd_convolve(const Type::Value* x, const WinogradShape& shape, const Type::Value* filters,       \
                         Type::Value* y, float* scratch) {                                                   \
    convolve<Type>(x, shape, filters, y, scratch);                                                           \
  }                                                                                                          \
  void winograd_add_gradients(const Type::Value* x, const Type::Value* gradient, const WinogradShape& shape, \
                              float* sums, float* scratch) {                                                 \
    add_gradients<Type>(x, gradient, shape, sums, scratch);                                                  \
  }

}  // namespace fovea::winograd
