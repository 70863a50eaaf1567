#include "stages/model/winograd_loops.hpp"

#include <algorithm>

#include "stages/model/winograd_tiles.hpp"

namespace fovea {
namespace {

using namespace winograd;

/// Multiplies one column of positions of a group of tiles with the filters of 16 channels out.
FOVEA_PART_OF_LOOP void multiply_column(const float* v, const float* u, std::size_t chunks,
                                        Lanes (&sums)[group][4]) {
  for (auto& tile : sums) std::fill_n(tile, 4, Lanes{});
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
#pragma GCC unroll 1
    for (std::size_t i = 0; i < lanes; ++i) {
      for (std::size_t r = 0; r < 4; ++r) {
        const auto factors = read_vector<Lanes>(u + (4 * i + r) * lanes);
        for (std::size_t t = 0; t < group; ++t) sums[t][r] += v[(r * group + t) * lanes + i] * factors;
      }
    }
    v += positions * group * lanes;
    u += positions * lanes * lanes;
  }
}

/// Adds the products of 16 channels in with 16 channels out over so many tiles.
FOVEA_PART_OF_LOOP void add_products(const float* v, const float* m, std::size_t count, float* to) {
  Lanes sums[lanes];
  for (std::size_t r = 0; r < lanes; ++r) sums[r] = read_vector<Lanes>(to + r * lanes);
  for (std::size_t t = 0; t < count; ++t) {
    const auto factors = read_vector<Lanes>(m + t * lanes);
    for (std::size_t r = 0; r < lanes; ++r) sums[r] += v[t * lanes + r] * factors;
  }
  for (std::size_t r = 0; r < lanes; ++r) write_vector(sums[r], to + r * lanes);
}

FOVEA_PART_OF_LOOP void pack(const float* weights, std::size_t chunks_in, std::size_t chunks_out,
                             std::size_t step, std::size_t stride, bool turned, float* to) {
  for (std::size_t o = 0; o < chunks_out; ++o) {
    for (std::size_t chunk = 0; chunk < chunks_in; ++chunk) {
      for (std::size_t i = 0; i < lanes; ++i) {
        Lanes values[positions];
        transform_filters(weights + o * lanes * stride + (chunk * lanes + i) * step, stride, turned, values);
        for (std::size_t c = 0; c < 4; ++c) {
          for (std::size_t r = 0; r < 4; ++r)
            write_vector(values[4 * c + r], to + ((c * lanes + i) * 4 + r) * lanes);
        }
      }
      to += positions * lanes * lanes;
    }
  }
}

FOVEA_PART_OF_LOOP void convolve(const float* x, const WinogradShape& shape, const float* filters, float* y,
                                 const Scratch& scratch) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  auto* in = scratch.values;
  const auto group_size = positions * group * depth, slot = group * lanes;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    Place<const float, 4> places[forward_tiles];
    Place<float, 2> places_out[forward_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      tiles.place<1>(x, depth, scratch.zeros<const float>(), places[t]);
      tiles.place<0>(y, width, scratch.ignored<float>(), places_out[t]);
    }
    for (std::size_t i = 0; i < depth; i += lanes) {
      Lanes columns[4][4];
      for (std::size_t t = 0; t < count; ++t) {
        columns_in<Fp32>(places[t], depth, i, t > 0 && places[t].follows, columns);
        auto* to = in + t / group * group_size + t % group * lanes + i * positions * group;
        for (std::size_t r = 0; r < 4; ++r) {
          Lanes row[4];
          row_in(columns, r, row);
          for (std::size_t c = 0; c < 4; ++c) write_vector(row[c], to + (4 * c + r) * slot);
        }
      }
    }
    for (std::size_t o = 0; o < width; o += lanes) {
      for (std::size_t g = 0; g * group < count; ++g) {
        Lanes columns[group][2][4];
        for (std::size_t c = 0; c < 4; ++c) {
          Lanes sums[group][4];
          multiply_column(in + g * group_size + 4 * c * slot,
                          filters + positions * depth * o + c * 4 * lanes * lanes, depth / lanes, sums);
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
            write_vector(row[0], place.rows[r] + o);
            if (place.end > 1) write_vector(row[1], place.rows[r] + width + o);
          }
        }
      }
    }
  }
}

FOVEA_PART_OF_LOOP void add_gradients(const float* x, const float* gradient, const WinogradShape& shape,
                                      float* sums, const Scratch& scratch) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  const auto* zeros = scratch.zeros<const float>();
  auto *in = scratch.values, *out = in + positions * gradient_tiles * depth;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto count = std::min(gradient_tiles, all - first);
    Place<const float, 4> places[gradient_tiles];
    Place<const float, 2> places_out[gradient_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      tiles.place<1>(x, depth, zeros, places[t]);
      tiles.place<0>(gradient, width, zeros, places_out[t]);
    }
    for (std::size_t i = 0; i < depth; i += lanes) {
      Lanes columns[4][4];
      for (std::size_t t = 0; t < count; ++t) {
        columns_in<Fp32>(places[t], depth, i, t > 0 && places[t].follows, columns);
        auto* to = in + i * gradient_tiles + t * lanes;
        for (std::size_t r = 0; r < 4; ++r) {
          Lanes row[4];
          row_in(columns, r, row);
          for (std::size_t c = 0; c < 4; ++c) write_vector(row[c], to + (4 * c + r) * depth * gradient_tiles);
        }
      }
    }
    for (std::size_t i = 0; i < width; i += lanes) {
      for (std::size_t t = 0; t < count; ++t) {
        Lanes columns[2][4];
        for (std::size_t c = 0; c < 2; ++c) column_gradient<Fp32>(places_out[t], width, c, i, columns[c]);
        auto* to = out + i * gradient_tiles + t * lanes;
        for (std::size_t r = 0; r < 4; ++r) {
          Lanes row[4];
          row_gradient(columns, r, row);
          for (std::size_t c = 0; c < 4; ++c) write_vector(row[c], to + (4 * c + r) * width * gradient_tiles);
        }
      }
    }
    auto* to = sums;
    for (std::size_t p = 0; p < positions; ++p) {
      for (std::size_t i = 0; i < depth; i += lanes) {
        for (std::size_t o = 0; o < width; o += lanes, to += lanes * lanes) {
          add_products(in + (p * depth + i) * gradient_tiles, out + (p * width + o) * gradient_tiles, count,
                       to);
        }
      }
    }
  }
}

}  // namespace

std::size_t winograd_scratch(const WinogradShape& shape) {
  return Scratch::size(shape);
}

FOVEA_VECTOR_LOOPS void winograd_filters(const float* weights, std::size_t channels_in,
                                         std::size_t channels_out, float* filters) {
  pack(weights, channels_in / lanes, channels_out / lanes, 9, 9 * channels_in, false, filters);
}

FOVEA_VECTOR_LOOPS void winograd_filters_back(const float* weights, std::size_t channels_in,
                                              std::size_t channels_out, float* filters) {
  pack(weights, channels_out / lanes, channels_in / lanes, 9 * channels_in, 9, true, filters);
}

FOVEA_VECTOR_LOOPS void winograd_convolve(const float* x, const WinogradShape& shape, const float* filters,
                                          float* y, float* scratch) {
  convolve(x, shape, filters, y, Scratch(shape, scratch));
}

FOVEA_VECTOR_LOOPS void winograd_add_gradients(const float* x, const float* gradient,
                                               const WinogradShape& shape, float* sums, float* scratch) {
  add_gradients(x, gradient, shape, sums, Scratch(shape, scratch));
}

FOVEA_VECTOR_LOOPS void winograd_weight_gradients(const float* sums, std::size_t channels_in,
                                                  std::size_t channels_out, float* gradients) {
  const auto stride = channels_in * channels_out;
  for (std::size_t i = 0; i < channels_in; ++i) {
    for (std::size_t o = 0; o < channels_out; o += lanes) {
      const float* from = sums + (i / lanes * lanes * channels_out) + o * lanes + i % lanes * lanes;
      Lanes values[9];
      transform_sums(from, stride, values);
      float* to = gradients + 9 * (o * channels_in + i);
      for (std::size_t k = 0; k < 9; ++k) {
        float line[lanes];
        write_vector(values[k], line);
        for (std::size_t lane = 0; lane < lanes; ++lane) to[9 * channels_in * lane + k] = line[lane];
      }
    }
  }
}

}  // namespace fovea
