#include "stages/data/warp.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "stages/data/vector_code.hpp"

// The pass goes over the output in tiles of whole rows, or of a part of a row where rows are long: `fetch`
// puts a tile's bytes together, `normalise` turns them into floats while they are in the first-level cache.

namespace fovea {
namespace {

constexpr std::size_t tile_bytes = 85 * PixelPass::period;

struct Source {
  const std::uint8_t* pixels;
  std::ptrdiff_t height, width, channels;
  const std::uint8_t* fill;
};

FOVEA_INLINE void fill_pixels(const Source& from, std::ptrdiff_t count, std::uint8_t* to) {
  if (from.channels == 1) {
    std::memset(to, from.fill[0], static_cast<std::size_t>(count));
    return;
  }
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    for (std::ptrdiff_t c = 0; c < 3; ++c) to[x * 3 + c] = from.fill[c];
  }
}

FOVEA_INLINE void copy_reversed(const std::uint8_t* last, std::ptrdiff_t channels, std::ptrdiff_t count,
                                std::uint8_t* to) {
  if (channels == 1) {
    for (std::ptrdiff_t x = 0; x < count; ++x) to[x] = last[-x];
    return;
  }
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    for (std::ptrdiff_t c = 0; c < 3; ++c) to[x * 3 + c] = last[c - x * 3];
  }
}

/// Fetches output pixels (x, y), (x + 1, y), ... of a warp that keeps pixels.
FOVEA_INLINE void fetch_kept(const Source& from, const Warp& warp, std::ptrdiff_t x, std::ptrdiff_t y,
                             std::ptrdiff_t count, std::uint8_t* to) {
  const auto row = static_cast<std::ptrdiff_t>(warp.e) * y + static_cast<std::ptrdiff_t>(warp.f);
  if (row < 0 || row >= from.height) return fill_pixels(from, count, to);
  const auto shift = static_cast<std::ptrdiff_t>(warp.c);
  const bool flipped = warp.a < 0;
  const auto first_inside = flipped ? shift - from.width + 1 : -shift;
  const auto begin = std::clamp(first_inside - x, std::ptrdiff_t{0}, count);
  const auto end = std::clamp(first_inside + from.width - x, begin, count);
  const auto* line = from.pixels + row * from.width * from.channels;
  if (begin > 0) fill_pixels(from, begin, to);
  auto* inside = to + begin * from.channels;
  if (flipped) {
    copy_reversed(line + (shift - x - begin) * from.channels, from.channels, end - begin, inside);
  } else {
    std::memcpy(inside, line + (shift + x + begin) * from.channels,
                static_cast<std::size_t>((end - begin) * from.channels));
  }
  if (end < count) fill_pixels(from, count - end, to + end * from.channels);
}

FOVEA_INLINE float value_at(const Source& from, std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t channel) {
  const bool inside = x >= 0 && x < from.width && y >= 0 && y < from.height;
  return inside ? from.pixels[(y * from.width + x) * from.channels + channel] : from.fill[channel];
}

/// Fetches output pixels (x, y), (x + 1, y), ... of any warp, between pixels bilinear.
FOVEA_INLINE void fetch_between(const Source& from, const Warp& warp, std::ptrdiff_t x, std::ptrdiff_t y,
                                std::ptrdiff_t count, std::uint8_t* to) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const auto out_x = static_cast<float>(x + i);
    const auto out_y = static_cast<float>(y);
    const float in_x =
        std::clamp(warp.a * out_x + warp.b * out_y + warp.c, -2.0F, static_cast<float>(from.width) + 1);
    const float in_y =
        std::clamp(warp.d * out_x + warp.e * out_y + warp.f, -2.0F, static_cast<float>(from.height) + 1);
    const auto left = static_cast<std::ptrdiff_t>(in_x + 2) - 2;
    const auto top = static_cast<std::ptrdiff_t>(in_y + 2) - 2;
    const float right_share = in_x - static_cast<float>(left);
    const float lower_share = in_y - static_cast<float>(top);
    for (std::ptrdiff_t c = 0; c < from.channels; ++c) {
      const float upper =
          value_at(from, left, top, c) * (1 - right_share) + value_at(from, left + 1, top, c) * right_share;
      const float lower = value_at(from, left, top + 1, c) * (1 - right_share) +
                          value_at(from, left + 1, top + 1, c) * right_share;
      to[i * from.channels + c] =
          static_cast<std::uint8_t>(upper * (1 - lower_share) + lower * lower_share + 0.5F);
    }
  }
}

FOVEA_INLINE void normalise(const std::uint8_t* values, std::size_t count, const float* scale,
                            const float* offset, float* out) {
  constexpr auto period = PixelPass::period;
  std::size_t i = 0;
  for (; i + period <= count; i += period) {
    for (std::size_t k = 0; k < period; ++k) {
      out[i + k] = static_cast<float>(values[i + k]) * scale[k] + offset[k];
    }
  }
  for (std::size_t k = 0; i + k < count; ++k) {
    out[i + k] = static_cast<float>(values[i + k]) * scale[k] + offset[k];
  }
}

FOVEA_VECTOR_CODE
void run_pass(const Source& from, const Warp& warp, bool kept, const float* scale, const float* offset,
              float* out) {
  alignas(64) std::uint8_t tile[tile_bytes];
  const auto row_values = from.width * from.channels;
  const auto columns = std::min<std::ptrdiff_t>(from.width, tile_bytes / from.channels);
  const auto rows = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(tile_bytes) / row_values);
  for (std::ptrdiff_t y = 0; y < from.height; y += rows) {
    const auto last = std::min(y + rows, from.height);
    for (std::ptrdiff_t x = 0; x < from.width; x += columns) {
      const auto count = std::min(columns, from.width - x);
      for (auto row = y; row < last; ++row) {
        auto* to = tile + (row - y) * row_values;
        kept ? fetch_kept(from, warp, x, row, count, to) : fetch_between(from, warp, x, row, count, to);
      }
      normalise(tile, static_cast<std::size_t>((last - y) * count * from.channels), scale, offset,
                out + y * row_values + x * from.channels);
    }
  }
}

FOVEA_VECTOR_CODE
void normalise_all(const std::uint8_t* values, std::size_t count, const float* scale, const float* offset,
                   float* out) {
  normalise(values, count, scale, offset, out);
}

bool whole(float value) {
  return value == std::floor(value) && std::abs(value) < 1e6F;
}

}  // namespace

Warp Warp::then(const Warp& next) const {
  return {a * next.a + b * next.d, a * next.b + b * next.e, a * next.c + b * next.f + c,
          d * next.a + e * next.d, d * next.b + e * next.e, d * next.c + e * next.f + f};
}

bool Warp::keeps_pixels() const {
  return std::abs(a) == 1 && b == 0 && d == 0 && std::abs(e) == 1 && whole(c) && whole(f);
}

PixelPass::PixelPass(ImageSize size, const std::vector<double>& mean, const std::vector<double>& deviation)
    : size_(size) {
  assert(size.channels == 1 || size.channels == 3);
  assert(mean.size() == size.channels && deviation.size() == size.channels);
  for (std::size_t i = 0; i < period; ++i) {
    const auto c = i % size.channels;
    const double spread = deviation[c] > 0 ? deviation[c] : 1;
    scale_[i] = static_cast<float>(1 / (255 * spread));
    offset_[i] = static_cast<float>(-mean[c] / spread);
  }
  for (std::size_t c = 0; c < size.channels; ++c) {
    fill_[c] = static_cast<std::uint8_t>(std::clamp(std::lround(mean[c] * 255), 0L, 255L));
  }
}

void PixelPass::operator()(const std::uint8_t* image, const Warp& warp, std::span<const Box> erased,
                           float* out) const {
  const bool kept = warp.keeps_pixels();
  if (kept && warp.a > 0 && warp.e > 0 && warp.c == 0 && warp.f == 0) {
    normalise_all(image, size_.values(), scale_.data(), offset_.data(), out);
  } else {
    const Source from{image, static_cast<std::ptrdiff_t>(size_.height),
                      static_cast<std::ptrdiff_t>(size_.width), static_cast<std::ptrdiff_t>(size_.channels),
                      fill_.data()};
    run_pass(from, warp, kept, scale_.data(), offset_.data(), out);
  }
  for (const auto& box : erased) {
    for (std::size_t y = box.y; y < box.y + box.height; ++y) {
      auto* row = out + (y * size_.width + box.x) * size_.channels;
      std::fill(row, row + box.width * size_.channels, 0.0F);
    }
  }
}

}  // namespace fovea
