#include "stages/data/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#include "stages/data/vector_code.hpp"

// Each output row is blended from input rows first, and its pixels from that row then. Weights are whole
// numbers that sum to `unity`; what lies between the two steps keeps 7 more bits than a byte.

namespace fovea {
namespace {

constexpr int weight_bits = 14;
constexpr int kept_bits = 7;
constexpr std::int32_t unity = 1 << weight_bits;
/// Values that are blended at once.
constexpr std::size_t block = 64;

constexpr std::int32_t half(int bits) {
  return 1 << (bits - 1);
}

/// The pixels that count for one output pixel, and how much a pixel of the image does.
struct Window {
  Window(std::size_t from, double begin, double step, std::size_t index)
      : centre(begin + (static_cast<double>(index) + 0.5) * step), reach(std::max(step, 1.0)) {
    const auto last = static_cast<double>(from) - 1;
    first = static_cast<std::size_t>(std::clamp(std::floor(centre - reach - 0.5) + 1, 0.0, last));
    end = static_cast<std::size_t>(
        std::clamp(std::ceil(centre + reach - 0.5), static_cast<double>(first) + 1, last + 1));
  }
  double weight(std::size_t pixel) const {
    return std::max(0.0, 1 - std::abs(static_cast<double>(pixel) + 0.5 - centre) / reach);
  }
  double centre, reach;
  std::size_t first = 0, end = 0;
};

/// Rounds the running sum, so that the weights together are exactly `unity` however many they are.
void write_weights(const Window& window, std::int32_t* to) {
  double total = 0;
  for (auto i = window.first; i < window.end; ++i) total += window.weight(i);
  if (total <= 0) {
    *to = static_cast<std::int32_t>(unity);
    return;
  }
  double sum = 0;
  long done = 0;
  for (auto i = window.first; i < window.end; ++i) {
    sum += window.weight(i);
    const long now = std::lround(sum / total * unity);
    to[i - window.first] = static_cast<std::int32_t>(now - done);
    done = now;
  }
}

template <std::size_t count>
FOVEA_INLINE void blend_block(const std::uint8_t* from, std::size_t stride, const std::int32_t* weights,
                              std::size_t taps, std::int32_t* to) {
  std::int32_t sums[count];
  for (std::size_t k = 0; k < count; ++k) sums[k] = half(weight_bits - kept_bits);
  for (std::size_t t = 0; t < taps; ++t) {
    const std::int32_t weight = weights[t];
    for (std::size_t k = 0; k < count; ++k) sums[k] += from[t * stride + k] * weight;
  }
  for (std::size_t k = 0; k < count; ++k) {
    to[k] = static_cast<std::int32_t>(sums[k] >> (weight_bits - kept_bits));
  }
}

/// Blends `taps` rows to one. The last block overlaps the one before it.
FOVEA_INLINE void blend_rows(const std::uint8_t* from, std::size_t stride, const std::int32_t* weights,
                             std::size_t taps, std::size_t count, std::int32_t* to) {
  if (count < block) {
    for (std::size_t i = 0; i < count; ++i) blend_block<1>(from + i, stride, weights, taps, to + i);
    return;
  }
  for (std::size_t i = 0; i < count; i += block) {
    const auto begin = std::min(i, count - block);
    blend_block<block>(from + begin, stride, weights, taps, to + begin);
  }
}

/// Four values of a row, and their sums.
using Values __attribute__((vector_size(8))) = std::int32_t;
using Bytes __attribute__((vector_size(16))) = std::uint8_t;
using Sums __attribute__((vector_size(16))) = std::int32_t;

/// Blends the pixels of a row of 3 channels. A fourth value goes along unused, which fills a vector.
FOVEA_INLINE void blend_colours(const std::int32_t* from, const std::uint32_t* first,
                                const std::int32_t* weights, std::size_t taps, std::size_t width,
                                std::uint8_t* to) {
  constexpr int bits = weight_bits + kept_bits;
  for (std::size_t x = 0; x < width; ++x) {
    const auto* pixel = from + first[x] * 3;
    Sums sums = {half(bits), half(bits), half(bits), half(bits)};
    for (std::size_t t = 0; t < taps; ++t) {
      Sums values;
      std::memcpy(&values, pixel + t * 3, sizeof(values));
      sums += values * weights[x * taps + t];
    }
    const auto bytes = reinterpret_cast<Bytes>(sums >> bits);
    const auto packed = __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    std::memcpy(to + x * 3, &packed, x + 1 < width ? 4 : 3);
  }
}

FOVEA_INLINE void blend_grays(const std::int32_t* from, const std::uint32_t* first,
                              const std::int32_t* weights, std::size_t taps, std::size_t width,
                              std::uint8_t* to) {
  constexpr int bits = weight_bits + kept_bits;
  for (std::size_t x = 0; x < width; ++x) {
    std::int32_t sum = half(bits);
    for (std::size_t t = 0; t < taps; ++t) sum += from[first[x] + t] * weights[x * taps + t];
    to[x] = static_cast<std::uint8_t>(sum >> bits);
  }
}

struct Taps {
  const std::uint32_t* first;
  const std::int32_t* weights;
  std::size_t taps, size;
};

/// `columns` are the first pixel that counts and how many do; `row` has room for one value more than these.
FOVEA_VECTOR_CODE
void run_resample(const std::uint8_t* image, ImageSize size, const Taps& down, const Taps& across,
                  std::size_t column, std::size_t columns, std::int32_t* row, std::uint8_t* out) {
  const auto stride = size.width * size.channels;
  const auto* left = image + column * size.channels;
  const auto* pixels = row - column * size.channels;
  for (std::size_t y = 0; y < down.size; ++y) {
    blend_rows(left + down.first[y] * stride, stride, down.weights + y * down.taps, down.taps,
               columns * size.channels, row);
    auto* to = out + y * across.size * size.channels;
    if (size.channels == 3) {
      blend_colours(pixels, across.first, across.weights, across.taps, across.size, to);
    } else {
      blend_grays(pixels, across.first, across.weights, across.taps, across.size, to);
    }
  }
}

}  // namespace

void Resampler::plan(Axis& axis, std::size_t from, double begin, double length, std::size_t to) {
  const double step = length / static_cast<double>(to);
  axis.taps = 0;
  for (std::size_t i = 0; i < to; ++i) {
    const Window window(from, begin, step, i);
    axis.taps = std::max(axis.taps, window.end - window.first);
  }
  axis.first.resize(to);
  axis.weights.assign(to * axis.taps, 0);
  for (std::size_t i = 0; i < to; ++i) {
    const Window window(from, begin, step, i);
    const auto first = std::min(window.first, from - axis.taps);
    axis.first[i] = static_cast<std::uint32_t>(first);
    write_weights(window, &axis.weights[i * axis.taps + window.first - first]);
  }
}

void Resampler::operator()(const std::uint8_t* image, ImageSize size, const Region& part, std::size_t height,
                           std::size_t width, std::uint8_t* out) {
  assert(size.channels == 1 || size.channels == 3);
  assert(size.values() > 0 && height > 0 && width > 0 && part.width > 0 && part.height > 0);
  plan(across_, size.width, part.x, part.width, width);
  plan(down_, size.height, part.y, part.height, height);
  const auto column = across_.first.front();
  const auto columns = across_.first.back() + across_.taps - column;
  row_.resize(columns * size.channels + 1);
  run_resample(image, size, {down_.first.data(), down_.weights.data(), down_.taps, height},
               {across_.first.data(), across_.weights.data(), across_.taps, width}, column, columns,
               row_.data(), out);
}

}  // namespace fovea
