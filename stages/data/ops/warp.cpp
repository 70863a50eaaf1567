#include "stages/data/ops/warp.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "stages/data/vector_code.hpp"

namespace fovea {
namespace {

/// Limit of coordinates in a mirrored image: floats tell neighbouring integers apart up to here.
constexpr float most_outside = 1e6F;

struct Source {
  const std::uint8_t* pixels;
  std::ptrdiff_t height, width, channels;
  const std::uint8_t* fill;
  Fill mode;
  FOVEA_INLINE_MEMBER bool is_plain() const { return mode == Fill::mean || mode == Fill::black; }
};

/// Maps a coordinate outside of 0 .. size - 1 into the image.
FOVEA_INLINE std::ptrdiff_t within(std::ptrdiff_t at, std::ptrdiff_t size, Fill mode) {
  if (mode == Fill::edge || size == 1) return std::clamp(at, std::ptrdiff_t{0}, size - 1);
  const auto period = 2 * (size - 1);
  const auto rest = (at % period + period) % period;
  return rest < size ? rest : period - rest;
}

/// Returns pixel (x, y), which may lie outside, for a fill by pixels of the image.
FOVEA_INLINE const std::uint8_t* pixel_at(const Source& from, std::ptrdiff_t x, std::ptrdiff_t y) {
  const auto row = within(y, from.height, from.mode), column = within(x, from.width, from.mode);
  return from.pixels + (row * from.width + column) * from.channels;
}

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

/// Fetches output pixels of a warp that keeps pixels, where some lie outside and the fill is by pixels of the
/// image.
FOVEA_INLINE void fetch_folded(const Source& from, const Warp& warp, std::ptrdiff_t x, std::ptrdiff_t y,
                               std::ptrdiff_t count, std::uint8_t* to) {
  const auto row = static_cast<std::ptrdiff_t>(warp.e) * y + static_cast<std::ptrdiff_t>(warp.f);
  const auto step = static_cast<std::ptrdiff_t>(warp.a), shift = static_cast<std::ptrdiff_t>(warp.c);
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const auto* pixel = pixel_at(from, step * (x + i) + shift, row);
    for (std::ptrdiff_t c = 0; c < from.channels; ++c) to[i * from.channels + c] = pixel[c];
  }
}

/// Fetches output pixels (x, y), (x + 1, y), ... of a warp that keeps pixels.
FOVEA_INLINE void fetch_kept(const Source& from, const Warp& warp, std::ptrdiff_t x, std::ptrdiff_t y,
                             std::ptrdiff_t count, std::uint8_t* to) {
  if (!from.is_plain()) return fetch_folded(from, warp, x, y, count, to);
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
  if (!inside && !from.is_plain()) return pixel_at(from, x, y)[channel];
  return inside ? from.pixels[(y * from.width + x) * from.channels + channel] : from.fill[channel];
}

/// The input coordinates of the output pixels of one row: pixel i at (x0 + i a, y0 + i d).
struct ScanLine {
  float x0, y0, a, d;
  FOVEA_INLINE_MEMBER float x(std::ptrdiff_t i) const { return x0 + a * static_cast<float>(i); }
  FOVEA_INLINE_MEMBER float y(std::ptrdiff_t i) const { return y0 + d * static_cast<float>(i); }
};

/// The pixels begin .. end - 1 of a row.
struct Stretch {
  std::ptrdiff_t begin, end;
};

/// Returns the pixels of `within` for which start + i step lies between low and high.
FOVEA_INLINE Stretch between_values(float start, float step, float low, float high, Stretch within) {
  if (step == 0) return start >= low && start <= high ? within : Stretch{within.begin, within.begin};
  const float one = (low - start) / step, other = (high - start) / step;
  const auto cut = [&](float at) {
    return static_cast<std::ptrdiff_t>(
        std::clamp(at, static_cast<float>(within.begin), static_cast<float>(within.end)));
  };
  const auto begin = cut(std::ceil(std::min(one, other))), end = cut(std::floor(std::max(one, other)) + 1);
  return {begin, std::max(begin, end)};
}

/// Returns the pixels of a line that lie within low .. high_x and low .. high_y; the ends are checked again
/// because of rounding.
FOVEA_INLINE Stretch inside(const ScanLine& line, float low, float high_x, float high_y,
                            std::ptrdiff_t count) {
  auto found = between_values(line.x0, line.a, low, high_x, {0, count});
  found = between_values(line.y0, line.d, low, high_y, found);
  const auto lies_inside = [&](std::ptrdiff_t i) {
    return line.x(i) >= low && line.x(i) <= high_x && line.y(i) >= low && line.y(i) <= high_y;
  };
  while (found.begin < found.end && !lies_inside(found.begin)) ++found.begin;
  while (found.begin < found.end && !lies_inside(found.end - 1)) --found.end;
  return found;
}

/// Writes one pixel by bilinear interpolation; any of its four neighbours may lie outside.
FOVEA_INLINE void mix_four(const Source& from, const ScanLine& line, std::ptrdiff_t i, std::uint8_t* to) {
  // Further out all values are equal, unless the image is mirrored.
  const float out = from.mode == Fill::reflect ? most_outside : 2;
  const float in_x = std::clamp(line.x(i), -out, static_cast<float>(from.width) - 1 + out);
  const float in_y = std::clamp(line.y(i), -out, static_cast<float>(from.height) - 1 + out);
  const auto left = static_cast<std::ptrdiff_t>(std::floor(in_x));
  const auto top = static_cast<std::ptrdiff_t>(std::floor(in_y));
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

/// Interpolates pixels whose four neighbours all lie inside.
template <std::ptrdiff_t Channels>
FOVEA_INLINE void mix_inside(const Source& from, const ScanLine& line, Stretch where, std::uint8_t* to) {
  const auto row = from.width * Channels;
  for (auto i = where.begin; i < where.end; ++i) {
    const float in_x = line.x(i), in_y = line.y(i);
    const auto left = static_cast<std::int32_t>(in_x), top = static_cast<std::int32_t>(in_y);
    const float right_share = in_x - static_cast<float>(left);
    const float lower_share = in_y - static_cast<float>(top);
    const auto* upper_left = from.pixels + top * row + left * Channels;
    for (std::ptrdiff_t c = 0; c < Channels; ++c) {
      const auto* p = upper_left + c;
      const float upper = p[0] * (1 - right_share) + p[Channels] * right_share;
      const float lower = p[row] * (1 - right_share) + p[row + Channels] * right_share;
      to[i * Channels + c] =
          static_cast<std::uint8_t>(upper * (1 - lower_share) + lower * lower_share + 0.5F);
    }
  }
}

/// Fetches output pixels (x, y), (x + 1, y), ... of any warp by bilinear interpolation.
FOVEA_INLINE void fetch_between(const Source& from, const ScanLine& line, std::ptrdiff_t count,
                                std::uint8_t* to) {
  // The bound is just below the last column or row, so that there is a next one; a single one has none.
  const auto last_begin = [](std::ptrdiff_t size) {
    return size > 1 ? std::nextafter(static_cast<float>(size - 1), 0.0F) : -1.0F;
  };
  const float right = last_begin(from.width), bottom = last_begin(from.height);
  const auto whole = inside(line, 0, right, bottom, count);
  for (std::ptrdiff_t i = 0; i < whole.begin; ++i) mix_four(from, line, i, to);
  from.channels == 1 ? mix_inside<1>(from, line, whole, to) : mix_inside<3>(from, line, whole, to);
  for (auto i = whole.end; i < count; ++i) mix_four(from, line, i, to);
}

/// Copies pixels whose nearest one lies inside.
template <std::ptrdiff_t Channels>
FOVEA_INLINE void look_up(const Source& from, const ScanLine& line, Stretch where, std::uint8_t* to) {
  for (auto i = where.begin; i < where.end; ++i) {
    const auto x = static_cast<std::int32_t>(line.x(i) + 0.5F),
               y = static_cast<std::int32_t>(line.y(i) + 0.5F);
    const auto* p = from.pixels + (y * from.width + x) * Channels;
    for (std::ptrdiff_t c = 0; c < Channels; ++c) to[i * Channels + c] = p[c];
  }
}

/// Writes pixels whose nearest one lies outside.
FOVEA_INLINE void look_outside(const Source& from, const ScanLine& line, Stretch where, std::uint8_t* to) {
  if (from.is_plain()) return fill_pixels(from, where.end - where.begin, to + where.begin * from.channels);
  for (auto i = where.begin; i < where.end; ++i) {
    const float x = std::clamp(line.x(i), -most_outside, most_outside);
    const float y = std::clamp(line.y(i), -most_outside, most_outside);
    const auto* p = pixel_at(from, static_cast<std::ptrdiff_t>(std::floor(x + 0.5F)),
                             static_cast<std::ptrdiff_t>(std::floor(y + 0.5F)));
    for (std::ptrdiff_t c = 0; c < from.channels; ++c) to[i * from.channels + c] = p[c];
  }
}

/// Fetches output pixels of any warp by the nearest pixel.
FOVEA_INLINE void fetch_nearest(const Source& from, const ScanLine& line, std::ptrdiff_t count,
                                std::uint8_t* to) {
  const float right = std::nextafter(static_cast<float>(from.width) - 0.5F, 0.0F);
  const float bottom = std::nextafter(static_cast<float>(from.height) - 0.5F, 0.0F);
  const auto there = inside(line, -0.5F, right, bottom, count);
  from.channels == 1 ? look_up<1>(from, line, there, to) : look_up<3>(from, line, there, to);
  look_outside(from, line, {0, there.begin}, to);
  look_outside(from, line, {there.end, count}, to);
}

/// The interpolation of a warp.
enum class Look { kept, between, nearest };

FOVEA_INLINE void fetch(const Source& from, const Warp& warp, Look look, std::ptrdiff_t x, std::ptrdiff_t y,
                        std::ptrdiff_t count, std::uint8_t* to) {
  if (look == Look::kept) return fetch_kept(from, warp, x, y, count, to);
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  const ScanLine line{warp.a * fx + warp.b * fy + warp.c, warp.d * fx + warp.e * fy + warp.f, warp.a, warp.d};
  look == Look::between ? fetch_between(from, line, count, to) : fetch_nearest(from, line, count, to);
}

FOVEA_VECTOR_CODE
void fetch_all(const Source& from, const Warp& warp, Look look, std::uint8_t* out) {
  for (std::ptrdiff_t y = 0; y < from.height; ++y)
    fetch(from, warp, look, 0, y, from.width, out + y * from.width * from.channels);
}

bool whole(float value) {
  return value == std::floor(value) && std::abs(value) < 1e6F;
}

bool is_identity(const Warp& warp) {
  return warp.keeps_pixels() && warp.a > 0 && warp.e > 0 && warp.c == 0 && warp.f == 0;
}

Look look_of(const Warp& warp, bool nearest) {
  if (warp.keeps_pixels()) return Look::kept;
  return nearest ? Look::nearest : Look::between;
}

Source source_of(const std::uint8_t* image, const ImageSize& size, const std::uint8_t* fill, Fill mode) {
  return {image,
          static_cast<std::ptrdiff_t>(size.height),
          static_cast<std::ptrdiff_t>(size.width),
          static_cast<std::ptrdiff_t>(size.channels),
          fill,
          mode};
}

}  // namespace

Warp Warp::then(const Warp& next) const {
  return {a * next.a + b * next.d, a * next.b + b * next.e, a * next.c + b * next.f + c,
          d * next.a + e * next.d, d * next.b + e * next.e, d * next.c + e * next.f + f};
}

bool Warp::keeps_pixels() const {
  return std::abs(a) == 1 && b == 0 && d == 0 && std::abs(e) == 1 && whole(c) && whole(f);
}

PixelPass::PixelPass(ImageSize size, const std::array<std::uint8_t, 3>& mean_colour, Fill fill)
    : size_(size), fill_mode_(fill) {
  assert(size.channels == 1 || size.channels == 3);
  if (fill != Fill::black) colour_ = mean_colour;
}

void PixelPass::warp(const std::uint8_t* image, const Warp& warp, bool nearest, std::uint8_t* out) const {
  if (is_identity(warp)) {
    std::memcpy(out, image, size_.values());
  } else {
    fetch_all(source_of(image, size_, colour_.data(), fill_mode_), warp, look_of(warp, nearest), out);
  }
}

void PixelPass::erase(const Box& box, std::uint8_t* image) const {
  const auto filling = source_of(image, size_, colour_.data(), fill_mode_);
  for (std::size_t y = box.y; y < box.y + box.height; ++y) {
    auto* const row = image + (y * size_.width + box.x) * size_.channels;
    fill_pixels(filling, static_cast<std::ptrdiff_t>(box.width), row);
  }
}

}  // namespace fovea
