#pragma once

#include <algorithm>

#include "stages/model/vector_loops.hpp"
#include "stages/model/winograd_loops.hpp"

// The transformations of Winograd's algorithm, of `lanes` channels at once, and the way through the tiles.

namespace fovea::winograd {

constexpr std::size_t lanes = 16;           // one register of AVX-512
constexpr std::size_t positions = 16;       // of a transformed tile, 4 x 4
constexpr std::size_t forward_tiles = 12;   // at once: what is known of them stays near the core
constexpr std::size_t gradient_tiles = 24;  // at once, on the way to the gradients of the filters
using Lanes = Floats<lanes>;

/// What the loops work with: a pixel of zeros, one to write into that nobody reads, and transformed tiles.
class Scratch {
 public:
  static std::size_t size(const WinogradShape& shape) {
    return 2 * widest(shape) +
           positions * std::max(forward_tiles, gradient_tiles) * (shape.channels_in + shape.channels_out);
  }
  Scratch(const WinogradShape& shape, float* memory) : values(memory + 2 * widest(shape)), zeros_(memory) {
    std::fill_n(memory, widest(shape), 0.0F);
  }
  template <class Value>
  Value* zeros() const {
    return reinterpret_cast<Value*>(zeros_);
  }
  template <class Value>
  Value* ignored() const {
    return reinterpret_cast<Value*>(zeros_ + (values - zeros_) / 2);
  }
  float* const values;

 private:
  static std::size_t widest(const WinogradShape& shape) {
    return std::max(shape.channels_in, shape.channels_out);
  }
  float* const zeros_;
};

/// Goes through the tiles of all images, row by row.
class Tiles {
 public:
  explicit Tiles(const WinogradShape& shape) : shape_(shape) {}
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
  /// Whether the one before is the neighbour to the left.
  FOVEA_PART_OF_LOOP bool follows() const { return left_ > 0; }
  /// Points to each of side x side pixels that begin `before` above and left of the tile; to `outside` where
  /// there is none.
  template <std::size_t side, class Pointer>
  FOVEA_PART_OF_LOOP void point(Pointer images, std::size_t channels, std::size_t before, Pointer outside,
                                Pointer (&pixels)[side * side]) const {
    const auto height = image_ < shape_.images ? shape_.height : 0;
    for (std::size_t r = 0; r < side; ++r) {
      const auto y = top_ + r - before;
      const auto row = (image_ * shape_.height + y) * shape_.width;
      for (std::size_t c = 0; c < side; ++c) {
        const auto x = left_ + c - before;  // one before the first is beyond the last as well
        pixels[side * r + c] = y < height && x < shape_.width ? images + (row + x) * channels : outside;
      }
    }
  }

 private:
  WinogradShape shape_;
  std::size_t image_ = 0, top_ = 0, left_ = 0;
};

/// The half of B^T d that a tile shares with its neighbour to the right.
struct Shared {
  Lanes columns[4][2];
};

/// B^T d B of the channels from `i` on of 4 x 4 pixels. Where `follows`, `shared` is of the neighbour to the
/// left; it becomes that of this tile.
template <class Type>
FOVEA_PART_OF_LOOP void transform_in(const typename Type::Value* const (&pixels)[16], std::size_t i,
                                     bool follows, Shared& shared, Lanes (&out)[positions]) {
  Lanes t[4][4];
  const auto column = [&](std::size_t c) __attribute__((always_inline)) {
    Lanes d[4];
    for (std::size_t r = 0; r < 4; ++r) d[r] = Type::template load<lanes>(pixels[4 * r + c] + i);
    t[0][c] = d[0] - d[2];
    t[1][c] = d[1] + d[2];
    t[2][c] = d[2] - d[1];
    t[3][c] = d[1] - d[3];
  };
  if (follows) {
    for (std::size_t r = 0; r < 4; ++r) {
      for (std::size_t c = 0; c < 2; ++c) t[r][c] = shared.columns[r][c];
    }
  } else {
    column(0);
    column(1);
  }
  column(2);
  column(3);
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 2; ++c) shared.columns[r][c] = t[r][2 + c];
    out[4 * r] = t[r][0] - t[r][2];
    out[4 * r + 1] = t[r][1] + t[r][2];
    out[4 * r + 2] = t[r][2] - t[r][1];
    out[4 * r + 3] = t[r][1] - t[r][3];
  }
}

/// A g A^T of the channels from `i` on of the gradients of 2 x 2 pixels.
template <class Type>
FOVEA_PART_OF_LOOP void transform_gradient(const typename Type::Value* const (&pixels)[4], std::size_t i,
                                           Lanes (&out)[positions]) {
  Lanes t[4][2];
  for (std::size_t c = 0; c < 2; ++c) {
    const auto above = Type::template load<lanes>(pixels[c] + i),
               below = Type::template load<lanes>(pixels[2 + c] + i);
    t[0][c] = above;
    t[1][c] = above + below;
    t[2][c] = above - below;
    t[3][c] = -below;
  }
  for (std::size_t r = 0; r < 4; ++r) {
    out[4 * r] = t[r][0];
    out[4 * r + 1] = t[r][0] + t[r][1];
    out[4 * r + 2] = t[r][0] - t[r][1];
    out[4 * r + 3] = -t[r][1];
  }
}

/// A^T m A, which is the channels from `i` on of 2 x 2 pixels; position p of them begins at `m + p * stride`.
FOVEA_PART_OF_LOOP void transform_out(const float* m, std::size_t stride, std::size_t i, Lanes (&out)[4]) {
  Lanes t[2][4];
  for (std::size_t c = 0; c < 4; ++c) {
    Lanes d[4];
    for (std::size_t r = 0; r < 4; ++r) d[r] = read_vector<Lanes>(m + (4 * r + c) * stride + i);
    t[0][c] = d[0] + d[1] + d[2];
    t[1][c] = d[1] - d[2] - d[3];
  }
  for (std::size_t r = 0; r < 2; ++r) {
    out[2 * r] = t[r][0] + t[r][1] + t[r][2];
    out[2 * r + 1] = t[r][1] - t[r][2] - t[r][3];
  }
}

}  // namespace fovea::winograd
