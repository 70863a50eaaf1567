#include "stages/model/winograd_loops.hpp"

#include <algorithm>

#include "stages/model/vector_loops.hpp"

namespace fovea {
namespace {

constexpr std::size_t lanes = 16;     // one register of AVX-512
constexpr std::size_t positions = 16;  // of a transformed tile, 4 x 4
constexpr std::size_t rows_at_once = 12;
constexpr std::size_t forward_tiles = 12;   // what is known of them stays in the first-level cache
constexpr std::size_t gradient_tiles = 24;  // a multiple of rows_at_once is not needed here
using Lanes = Floats<lanes>;

/// Goes through the tiles of all images, row by row.
template <class Value>
class Tiles {
 public:
  Tiles(const WinogradShape& shape) : shape_(shape) {}
  FOVEA_PART_OF_LOOP std::size_t count() const {
    return shape_.images * ((shape_.height + 1) / 2) * ((shape_.width + 1) / 2);
  }
  FOVEA_PART_OF_LOOP void next() {
    left_ += 2;
    if (left_ < shape_.width) return;
    left_ = 0;
    top_ += 2;
    if (top_ < shape_.height) return;
    top_ = 0;
    ++image_;
  }
  /// Points to each of side x side pixels that begin `before` above and left of the tile; to `outside` where
  /// there is none.
  template <std::size_t side, class Pointer>
  FOVEA_PART_OF_LOOP void point(Pointer images, std::size_t channels, std::size_t before, Pointer outside,
                                Pointer (&pixels)[side * side]) const {
    for (std::size_t r = 0; r < side; ++r) {
      const auto y = top_ + r - before;
      const auto row = images + (image_ * shape_.height + y) * shape_.width * channels;
      for (std::size_t c = 0; c < side; ++c) {
        const auto x = left_ + c - before;  // one before the first is beyond the last as well
        pixels[side * r + c] = y < shape_.height && x < shape_.width ? row + x * channels : outside;
      }
    }
  }

 private:
  WinogradShape shape_;
  std::size_t image_ = 0, top_ = 0, left_ = 0;
};

/// B^T d B of a tile of 4 x 4 pixels; position p goes to `out + p * stride`.
template <class Type>
FOVEA_PART_OF_LOOP void transform_in(const typename Type::Value* const (&pixels)[16], std::size_t channels,
                                     float* out, std::size_t stride) {
  for (std::size_t i = 0; i < channels; i += lanes) {
    Lanes t[4][4];
    for (std::size_t c = 0; c < 4; ++c) {
      const auto a = Type::template load<lanes>(pixels[c] + i), b = Type::template load<lanes>(pixels[4 + c] + i),
                 d = Type::template load<lanes>(pixels[8 + c] + i),
                 e = Type::template load<lanes>(pixels[12 + c] + i);
      t[0][c] = a - d;
      t[1][c] = b + d;
      t[2][c] = d - b;
      t[3][c] = b - e;
    }
    for (std::size_t r = 0; r < 4; ++r) {
      float* row = out + 4 * r * stride + i;
      write_vector(t[r][0] - t[r][2], row);
      write_vector(t[r][1] + t[r][2], row + stride);
      write_vector(t[r][2] - t[r][1], row + 2 * stride);
      write_vector(t[r][1] - t[r][3], row + 3 * stride);
    }
  }
}

/// A^T m A, which is 2 x 2 pixels.
template <class Type>
FOVEA_PART_OF_LOOP void transform_out(const float* m, std::size_t stride, std::size_t channels,
                                      typename Type::Value* const (&pixels)[4]) {
  for (std::size_t i = 0; i < channels; i += lanes) {
    Lanes t[2][4];
    for (std::size_t c = 0; c < 4; ++c) {
      const auto a = read_vector<Lanes>(m + c * stride + i), b = read_vector<Lanes>(m + (4 + c) * stride + i),
                 d = read_vector<Lanes>(m + (8 + c) * stride + i),
                 e = read_vector<Lanes>(m + (12 + c) * stride + i);
      t[0][c] = a + b + d;
      t[1][c] = b - d - e;
    }
    for (std::size_t r = 0; r < 2; ++r) {
      Type::template store<lanes>(t[r][0] + t[r][1] + t[r][2], pixels[2 * r] + i);
      Type::template store<lanes>(t[r][1] - t[r][2] - t[r][3], pixels[2 * r + 1] + i);
    }
  }
}

/// A g A^T of the gradients of 2 x 2 pixels.
template <class Type>
FOVEA_PART_OF_LOOP void transform_gradient(const typename Type::Value* const (&pixels)[4], std::size_t channels,
                                           float* out, std::size_t stride) {
  for (std::size_t i = 0; i < channels; i += lanes) {
    Lanes t[4][2];
    for (std::size_t c = 0; c < 2; ++c) {
      const auto a = Type::template load<lanes>(pixels[c] + i), b = Type::template load<lanes>(pixels[2 + c] + i);
      t[0][c] = a;
      t[1][c] = a + b;
      t[2][c] = a - b;
      t[3][c] = -b;
    }
    for (std::size_t r = 0; r < 4; ++r) {
      float* row = out + 4 * r * stride + i;
      write_vector(t[r][0], row);
      write_vector(t[r][0] + t[r][1], row + stride);
      write_vector(t[r][0] - t[r][1], row + 2 * stride);
      write_vector(-t[r][1], row + 3 * stride);
    }
  }
}

/// `rows` rows of `v`, `depth` each, times `columns` vectors of each row of `u`.
template <std::size_t rows, std::size_t columns>
FOVEA_PART_OF_LOOP void multiply(const float* v, std::size_t depth, const float* u, std::size_t width, float* m) {
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

/// What the loops work with: a pixel of zeros, one to write into that nobody reads, and transformed tiles.
struct Scratch {
  Scratch(const WinogradShape& shape, std::size_t tiles, float* memory)
      : zeros(memory),
        ignored(zeros + std::max(shape.channels_in, shape.channels_out)),
        in(ignored + std::max(shape.channels_in, shape.channels_out)),
        out(in + positions * tiles * shape.channels_in) {
    std::fill(zeros, ignored, 0.0F);
  }
  float *zeros, *ignored, *in, *out;
};

template <class Type>
FOVEA_PART_OF_LOOP void convolve(const typename Type::Value* x, const WinogradShape& shape, const float* filters,
                                 typename Type::Value* y, float* memory) {
  using Value = typename Type::Value;
  const auto depth = shape.channels_in, width = shape.channels_out;
  const auto stride_in = forward_tiles * depth, stride_out = forward_tiles * width;
  const Scratch scratch(shape, forward_tiles, memory);
  Tiles<Value> tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += forward_tiles) {
    const auto count = std::min(forward_tiles, all - first);
    auto reading = tiles;
    for (std::size_t t = 0; t < count; ++t, reading.next()) {
      const Value* pixels[16];
      reading.template point<4>(x, depth, 1, reinterpret_cast<const Value*>(scratch.zeros), pixels);
      transform_in<Type>(pixels, depth, scratch.in + t * depth, stride_in);
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = scratch.in + p * stride_in;
      const auto* u = filters + p * depth * width;
      auto* m = scratch.out + p * stride_out;
      std::size_t c = 0;
      for (; c + 2 * lanes <= width; c += 2 * lanes) multiply<rows_at_once, 2>(v, depth, u + c, width, m + c);
      if (c < width) multiply<rows_at_once, 1>(v, depth, u + c, width, m + c);
    }
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      Value* pixels[4];
      tiles.template point<2>(y, width, 0, reinterpret_cast<Value*>(scratch.ignored), pixels);
      transform_out<Type>(scratch.out + t * width, stride_out, width, pixels);
    }
  }
}

template <class Type>
FOVEA_PART_OF_LOOP void add_gradients(const typename Type::Value* x, const typename Type::Value* gradient,
                                      const WinogradShape& shape, float* sums, float* memory) {
  using Value = typename Type::Value;
  const auto depth = shape.channels_in, width = shape.channels_out;
  const auto stride_in = gradient_tiles * depth, stride_out = gradient_tiles * width;
  const Scratch scratch(shape, gradient_tiles, memory);
  const auto* zeros = reinterpret_cast<const Value*>(scratch.zeros);
  Tiles<Value> tiles(shape);
  const auto all = tiles.count();
  for (std::size_t first = 0; first < all; first += gradient_tiles) {
    const auto count = std::min(gradient_tiles, all - first);
    for (std::size_t t = 0; t < count; ++t, tiles.next()) {
      const Value *pixels[16], *gradients[4];
      tiles.template point<4>(x, depth, 1, zeros, pixels);
      transform_in<Type>(pixels, depth, scratch.in + t * depth, stride_in);
      tiles.template point<2>(gradient, width, 0, zeros, gradients);
      transform_gradient<Type>(gradients, width, scratch.out + t * width, stride_out);
    }
    for (std::size_t p = 0; p < positions; ++p) {
      const auto* v = scratch.in + p * stride_in;
      const auto* m = scratch.out + p * stride_out;
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

/// G g G^T of a filter of 3 x 3; position p goes to `out + p * stride`.
void transform_filter(const float* g, bool turned, float* out, std::size_t stride) {
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
    float* row = out + 4 * r * stride;
    row[0] = t[r][0];
    row[stride] = (rim + t[r][1]) / 2;
    row[2 * stride] = (rim - t[r][1]) / 2;
    row[3 * stride] = t[r][2];
  }
}

}  // namespace

std::size_t winograd_scratch(const WinogradShape& shape) {
  return 2 * std::max(shape.channels_in, shape.channels_out) +
         positions * std::max(forward_tiles, gradient_tiles) * (shape.channels_in + shape.channels_out);
}

void winograd_filters(const float* weights, std::size_t channels_in, std::size_t channels_out, float* filters) {
  const auto size = channels_in * channels_out;
  for (std::size_t i = 0; i < channels_in; ++i) {
    for (std::size_t o = 0; o < channels_out; ++o) {
      transform_filter(weights + 9 * (o * channels_in + i), false, filters + i * channels_out + o, size);
    }
  }
}

void winograd_filters_back(const float* weights, std::size_t channels_in, std::size_t channels_out,
                           float* filters) {
  const auto size = channels_in * channels_out;
  for (std::size_t j = 0; j < size; ++j) transform_filter(weights + 9 * j, true, filters + j, size);
}

template <>
FOVEA_VECTOR_LOOPS void winograd_convolve(const float* x, const WinogradShape& shape, const float* filters,
                                          float* y, float* scratch) {
  convolve<Fp32>(x, shape, filters, y, scratch);
}
template <>
FOVEA_VECTOR_LOOPS void winograd_convolve(const std::uint16_t* x, const WinogradShape& shape,
                                          const float* filters, std::uint16_t* y, float* scratch) {
  convolve<Bf16>(x, shape, filters, y, scratch);
}

template <>
FOVEA_VECTOR_LOOPS void winograd_add_gradients(const float* x, const float* gradient, const WinogradShape& shape,
                                               float* sums, float* scratch) {
  add_gradients<Fp32>(x, gradient, shape, sums, scratch);
}
template <>
FOVEA_VECTOR_LOOPS void winograd_add_gradients(const std::uint16_t* x, const std::uint16_t* gradient,
                                               const WinogradShape& shape, float* sums, float* scratch) {
  add_gradients<Bf16>(x, gradient, shape, sums, scratch);
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
