#pragma once

#include <algorithm>

#include "stages/model/torch/kernels/vector_loops.hpp"
#include "stages/model/torch/kernels/winograd_loops.hpp"

// The transformations of Winograd's algorithm for `lanes` channels at once, and the order of the tiles.
// The 4 x 4 positions of a transformed tile are numbered column by column.

namespace fovea::winograd {

constexpr std::size_t lanes = 16;      // one register of AVX-512
constexpr std::size_t positions = 16;  // of a transformed tile, 4 x 4
using Lanes = Floats<lanes>;

/// The addresses of the 2 x 2 pixels of a tile and of a border of `more` pixels around them, but for pixels
/// outside of the image.
template <class Value, std::size_t more> struct Place {
  Value* rows[2 + 2 * more];  // each at the first column of the tile
  std::size_t begin, end;     // the columns inside of the image, counted from the border's first
  bool follows;               // whether the tile before is the left neighbour

  /// The pixel of a column that is inside.
  FOVEA_PART_OF_LOOP Value* at(std::size_t row, std::size_t column, std::size_t channels) const {
    return rows[row] + column * channels - more * channels;
  }
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
  /// Finds the addresses of the tile. Rows outside of the image, and all rows beyond the last tile, are at
  /// `outside`.
  template <class Value, std::size_t more> FOVEA_PART_OF_LOOP void find(Value* images, std::size_t channels,
                                                                        Value* outside,
                                                                        Place<Value, more>& place) const {
    const auto height = image_ < shape_.images ? shape_.height : 0;
    for (std::size_t r = 0; r < 2 + 2 * more; ++r) {
      const auto y = top_ + r - more;  // one before the first is beyond the last as well
      place.rows[r] = y < height ? images + ((image_ * shape_.height + y) * shape_.width + left_) * channels
                                 : outside + more * channels;
    }
    place.begin = left_ > 0 ? 0 : more;
    place.end = std::min(2 + 2 * more, shape_.width - left_ + more);
    place.follows = left_ > 0;
  }

 private:
  WinogradShape shape_;
  std::size_t image_ = 0, top_ = 0, left_ = 0;
};

/// B^T d of one column of 4 pixels, of the channels from `i` on.
template <class Type> FOVEA_PART_OF_LOOP void column_in(const Place<const typename Type::Value, 1>& tile,
                                                        std::size_t channels, std::size_t column,
                                                        std::size_t i, Lanes (&t)[4]) {
  if (column < tile.begin || column >= tile.end) {
    for (auto& row : t) row = Lanes{};
    return;
  }
  Lanes d[4];
  for (std::size_t r = 0; r < 4; ++r) d[r] = Type::template load<lanes>(tile.at(r, column, channels) + i);
  t[0] = d[0] - d[2];
  t[1] = d[1] + d[2];
  t[2] = d[2] - d[1];
  t[3] = d[1] - d[3];
}

/// B^T d of the columns of a tile. Where it `shares`, the first two are the last two of the tile `before`.
template <class Type> FOVEA_PART_OF_LOOP void columns_in(const Place<const typename Type::Value, 1>& tile,
                                                         std::size_t channels, std::size_t i, bool shares,
                                                         const Lanes (&before)[4][4], Lanes (&t)[4][4]) {
  if (shares) {
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t r = 0; r < 4; ++r) t[c][r] = before[c + 2][r];
    }
  } else {
    column_in<Type>(tile, channels, 0, i, t[0]);
    column_in<Type>(tile, channels, 1, i, t[1]);
  }
  column_in<Type>(tile, channels, 2, i, t[2]);
  column_in<Type>(tile, channels, 3, i, t[3]);
}

/// One row of (B^T d) B; `out` has one value a column.
FOVEA_PART_OF_LOOP void row_in(const Lanes (&t)[4][4], std::size_t r, Lanes (&out)[4]) {
  out[0] = t[0][r] - t[2][r];
  out[1] = t[1][r] + t[2][r];
  out[2] = t[2][r] - t[1][r];
  out[3] = t[1][r] - t[3][r];
}

/// A g of one column of the gradients of 2 pixels, of the channels from `i` on.
template <class Type>
FOVEA_PART_OF_LOOP void column_gradient(const Place<const typename Type::Value, 0>& tile,
                                        std::size_t channels, std::size_t column, std::size_t i,
                                        Lanes (&t)[4]) {
  if (column >= tile.end) {
    for (auto& row : t) row = Lanes{};
    return;
  }
  const auto above = Type::template load<lanes>(tile.at(0, column, channels) + i),
             below = Type::template load<lanes>(tile.at(1, column, channels) + i);
  t[0] = above;
  t[1] = above + below;
  t[2] = above - below;
  t[3] = -below;
}

/// One row of (A g) A^T; `out` has one value a column.
FOVEA_PART_OF_LOOP void row_gradient(const Lanes (&t)[2][4], std::size_t r, Lanes (&out)[4]) {
  out[0] = t[0][r];
  out[1] = t[0][r] + t[1][r];
  out[2] = t[0][r] - t[1][r];
  out[3] = -t[1][r];
}

/// A^T m of one column of 4 positions.
FOVEA_PART_OF_LOOP void column_out(const Lanes (&m)[4], Lanes (&t)[2]) {
  t[0] = m[0] + m[1] + m[2];
  t[1] = m[1] - m[2] - m[3];
}

/// One row of (A^T m) A, which is 2 pixels, of four columns.
FOVEA_PART_OF_LOOP void row_out(const Lanes (&t)[4], Lanes (&out)[2]) {
  out[0] = t[0] + t[1] + t[2];
  out[1] = t[1] - t[2] - t[3];
}

/// G g G^T of filters of 3 x 3 that are `stride` numbers apart, one a lane.
FOVEA_PART_OF_LOOP void transform_filters(const float* weights, std::size_t stride, bool turned,
                                          Lanes (&out)[positions]) {
  float lines[9][lanes];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t k = 0; k < 9; ++k) lines[turned ? 8 - k : k][lane] = weights[lane * stride + k];
  }
  Lanes t[4][3];
  for (std::size_t c = 0; c < 3; ++c) {
    const auto above = read_vector<Lanes>(lines[c]), middle = read_vector<Lanes>(lines[3 + c]),
               below = read_vector<Lanes>(lines[6 + c]);
    t[0][c] = above;
    t[1][c] = (above + below + middle) * 0.5F;
    t[2][c] = (above + below - middle) * 0.5F;
    t[3][c] = below;
  }
  for (std::size_t r = 0; r < 4; ++r) {
    const Lanes rim = t[r][0] + t[r][2];
    out[r] = t[r][0];
    out[4 + r] = (rim + t[r][1]) * 0.5F;
    out[8 + r] = (rim - t[r][1]) * 0.5F;
    out[12 + r] = t[r][2];
  }
}

/// G^T u G, which is the gradients of filters of 3 x 3; position p of u begins at `u + p * stride`.
FOVEA_PART_OF_LOOP void transform_sums(const float* u, std::size_t stride, Lanes (&out)[9]) {
  Lanes t[3][4];
  for (std::size_t c = 0; c < 4; ++c) {
    Lanes d[4];
    for (std::size_t r = 0; r < 4; ++r) d[r] = read_vector<Lanes>(u + (4 * c + r) * stride);
    t[0][c] = d[0] + (d[1] + d[2]) * 0.5F;
    t[1][c] = (d[1] - d[2]) * 0.5F;
    t[2][c] = d[3] + (d[1] + d[2]) * 0.5F;
  }
  for (std::size_t r = 0; r < 3; ++r) {
    out[3 * r] = t[r][0] + (t[r][1] + t[r][2]) * 0.5F;
    out[3 * r + 1] = (t[r][1] - t[r][2]) * 0.5F;
    out[3 * r + 2] = t[r][3] + (t[r][1] + t[r][2]) * 0.5F;
  }
}

}  // namespace fovea::winograd
