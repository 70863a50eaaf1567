#include "stages/model/winograd_loops.hpp"

#include <algorithm>

#include "stages/model/winograd_tiles.hpp"

namespace fovea {
namespace {

using namespace winograd;

/// `rows` rows of `v`, `depth` each, times `columns` vectors of each row of `u`.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_LOOP void multiply(const float* v, std::size_t depth, const float* u, std::size_t width,
                                 float* m) {
  Lanes sums[rows][columns] = {};
  for (std::size_t i = 0; i < depth; ++i) {
    Lanes factors[columns];
    for (std::size_t c = 0; c < columns; ++c) factors[c] = read_vector<Lanes>(u + i * width + lanes * c);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) sums[r][c] += v[r * depth + i] * factors[c];
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) write_vector(sums[r][c], m + r * width + lanes * c);
  }
}

/// Adds the products of `rows` columns of `v` with `columns` vectors of each of the `count` rows of `m`.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_LOOP void add_products(const float* v, std::size_t depth, const float* m, std::size_t width,
                                     std::size_t count, float* sums) {
  Lanes all[rows][columns];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) all[r][c] = read_vector<Lanes>(sums + r * width + lanes * c);
  }
  for (std::size_t i = 0; i < count; ++i) {
    Lanes factors[columns];
    for (std::size_t c = 0; c < columns; ++c) factors[c] = read_vector<Lanes>(m + i * width + lanes * c);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) all[r][c] += v[i * depth + r] * factors[c];
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) write_vector(all[r][c], sums + r * width + lanes * c);
  }
}

FOVEA_PART_OF_LOOP void store(const Lanes (&values)[positions], float* to, std::size_t stride) {
  for (std::size_t p = 0; p < positions; ++p) write_vector(values[p], to + p * stride);
}

FOVEA_PART_OF_LOOP void convolve(const float* x, const WinogradShape& shape, const float* filters, float* y,
                                 const Scratch& scratch) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  auto *in = scratch.values, *out = in + positions * forward_tiles * depth;
  const auto stride_in = forward_tiles * depth, stride_out = forward_tiles * width;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    auto reading = tiles;
    Shared shared{};  // from tile to tile, which pays where a pixel is one vector
    for (std::size_t t = 0; t < count; ++t, reading.next()) {
      const float* pixels[16];
      reading.point<4>(x, depth, 1, scratch.zeros<const float>(), pixels);
      const bool follows = depth == lanes && t > 0 && reading.follows();
      for (std::size_t i = 0; i < depth; i += lanes) {
        Lanes values[positions];
        transform_in<Fp32>(pixels, i, follows, shared, values);
        store(values, in + t * depth + i, stride_in);
      }
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = in + p * stride_in;
      const auto* u = filters + p * depth * width;
      auto* m = out + p * stride_out;
      std::size_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes)
        multiply<forward_tiles, 2>(v, depth, u + c, width, m + c);
      if (c < width) multiply<forward_tiles, 1>(v, depth, u + c, width, m + c);
    }
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      float* pixels[4];
      tiles.point<2>(y, width, 0, scratch.ignored<float>(), pixels);
      for (std::size_t i = 0; i < width; i += lanes) {
        Lanes values[4];
        transform_out(out + t * width, stride_out, i, values);
        for (std::size_t p = 0; p < 4; ++p) Fp32::store<lanes>(values[p], pixels[p] + i);
      }
    }
  }
}

FOVEA_PART_OF_LOOP void add_gradients(const float* x, const float* gradient, const WinogradShape& shape,
                                      float* sums, const Scratch& scratch) {
  const auto depth = shape.channels_in, width = shape.channels_out;
  auto *in = scratch.values, *out = in + positions * gradient_tiles * depth;
  const auto stride_in = gradient_tiles * depth, stride_out = gradient_tiles * width;
  Tiles tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto count = std::min(gradient_tiles, all - first);
    const float *pixels[gradient_tiles][16], *gradients[gradient_tiles][4];
    bool follows[gradient_tiles];
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      tiles.point<4>(x, depth, 1, scratch.zeros<const float>(), pixels[t]);
      tiles.point<2>(gradient, width, 0, scratch.zeros<const float>(), gradients[t]);
      follows[t] = t > 0 && tiles.follows();
    }
    Lanes values[positions];
    for (std::size_t i = 0; i < depth; i += lanes) {
      Shared shared{};
      for (std::size_t t = 0; t < count; ++t) {
        transform_in<Fp32>(pixels[t], i, follows[t], shared, values);
        store(values, in + t * depth + i, stride_in);
      }
    }
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < width; i += lanes) {
        transform_gradient<Fp32>(gradients[t], i, values);
        store(values, out + t * width + i, stride_out);
      }
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = in + p * stride_in;
      const auto* m = out + p * stride_out;
      auto* s = sums + p * depth * width;
      std::size_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes) {
        for (std::size_t r = 0; r < depth; r += 8) {
          add_products<8, 2>(v + r, depth, m + c, width, count, s + r * width + c);
        }
      }
      for (std::size_t r = 0; c < width && r < depth; r += 16) {
        add_products<16, 1>(v + r, depth, m + c, width, count, s + r * width + c);
      }
    }
  }
}

/// G g G^T of a filter of 3 x 3; calls `put(position, value)` for all.
template <class Put>
void transform_filter(const float* g, bool turned, const Put& put) {
  float t[4][3];
  for (int c = 0; c < 3; ++c) {
    const auto at = [&](int r) { return turned ? g[8 - 3 * r - c] : g[3 * r + c]; };
    const float rim = at(0) + at(2);
    t[0][c] = at(0);
    t[1][c] = (rim + at(1)) / 2;
    t[2][c] = (rim - at(1)) / 2;
    t[3][c] = at(2);
  }
  for (std::size_t r = 0; r < 4; ++r) {
    const float rim = t[r][0] + t[r][2];
    put(4 * r, t[r][0]);
    put(4 * r + 1, (rim + t[r][1]) / 2);
    put(4 * r + 2, (rim - t[r][1]) / 2);
    put(4 * r + 3, t[r][2]);
  }
}

}  // namespace

std::size_t winograd_scratch(const WinogradShape& shape) {
  return Scratch::size(shape);
}

void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out,
                      float* filters) {
  const auto size = channels_in * channels_out;
  for (std::size_t i = 0; i < channels_in; ++i) {
    for (std::size_t o = 0; o < channels_out; ++o) {
      transform_filter(weights + 9 * (o * channels_in + i), false, [&](std::size_t position, float value) {
        filters[position * size + i * channels_out + o] = value;
      });
    }
  }
}

void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,
                           float* filters) {
  const auto size = channels_in * channels_out;
  for (std::size_t j = 0; j < size; ++j) {
    transform_filter(weights + 9 * j, true,
                     [&](std::size_t position, float value) { filters[position * size + j] = value; });
  }
}

FOVEA_VECTOR_LOOPS void winograd_convolve(const float* x, const WinogradShape& shape, const float* filters,
                                          float* y, float* scratch) {
  convolve(x, shape, filters, y, Scratch(shape, scratch));
}

FOVEA_VECTOR_LOOPS void winograd_add_gradients(const float* x, const float* gradient,
                                               const WinogradShape& shape, float* sums, float* scratch) {
  add_gradients(x, gradient, shape, sums, Scratch(shape, scratch));
}

void winograd_weight_gradients(const float* sums, std::size_t channels_in, std::size_t channels_out,
                               float* gradients) {
  const auto stride = channels_in * channels_out;
  for (std::size_t o = 0; o < channels_out; ++o) {
    for (std::size_t i = 0; i < channels_in; ++i) {
      const float* from = sums + i * channels_out + o;
      float t[3][4];  // G^T u
      for (std::size_t c = 0; c < 4; ++c) {
        const auto at = [&](std::size_t r) { return from[(4 * r + c) * stride]; };
        t[0][c] = at(0) + (at(1) + at(2)) / 2;
        t[1][c] = (at(1) - at(2)) / 2;
        t[2][c] = at(3) + (at(1) + at(2)) / 2;
      }
      float* to = gradients + 9 * (o * channels_in + i);
      for (std::size_t r = 0; r < 3; ++r) {
        to[3 * r] = t[r][0] + (t[r][1] + t[r][2]) / 2;
        to[3 * r + 1] = (t[r][1] - t[r][2]) / 2;
        to[3 * r + 2] = t[r][3] + (t[r][1] + t[r][2]) / 2;
      }
    }
  }
}

}  // namespace fovea
