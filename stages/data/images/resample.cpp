#include "stages/data/images/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "stages/data/vector_code.hpp"

// Each output row is blended from input rows first, and its pixels from that row then. Weights are integers
// that sum to `unity`; intermediate values keep 7 more bits than a byte.

namespace fovea {
namespace {

constexpr int weight_bits = 14;
constexpr int kept_bits = 7;
constexpr std::int32_t unity = 1 << weight_bits;
/// Number of values that are blended together; their sums stay in registers.
constexpr std::size_t block = 16;

/// The weights of a side: each output pixel is blended from `taps` pixels, beginning at its `first`.
struct Taps {
  const std::uint32_t* first;
  const std::int32_t* weights;
  std::size_t taps, size;
};

constexpr std::int32_t half(int bits) {
  return 1 << (bits - 1);
}

/// Keys' cubic filter with a = -0.5.
double cubic(double away) {
  if (away < 1) return (1.5 * away - 2.5) * away * away + 1;
  if (away < 2) return ((-0.5 * away + 2.5) * away - 4) * away + 2;
  return 0;
}

/// The pixels that count for one output pixel, and how much a pixel of the image does.
struct Window {
  Window(const Filter& filter, std::size_t from, double begin, double step, std::size_t index)
      : interpolation(filter.interpolation),
        centre(begin + (static_cast<double>(index) + 0.5) * step),
        scale(filter.antialias ? std::max(step, 1.0) : 1.0) {
    const auto last = static_cast<double>(from) - 1;
    if (interpolation == Interpolation::nearest) {
      first = static_cast<std::size_t>(std::clamp(std::floor(centre), 0.0, last));
      end = first + 1;
      return;
    }
    const auto reach = filter.reach(step);
    first = static_cast<std::size_t>(std::clamp(std::floor(centre - reach - 0.5) + 1, 0.0, last));
    end = static_cast<std::size_t>(
        std::clamp(std::ceil(centre + reach - 0.5), static_cast<double>(first) + 1, last + 1));
  }
  double weight(std::size_t pixel) const {
    if (interpolation == Interpolation::nearest) return 1;
    const auto away = std::abs(static_cast<double>(pixel) + 0.5 - centre) / scale;
    return interpolation == Interpolation::bicubic ? cubic(away) : std::max(0.0, 1 - away);
  }
  Interpolation interpolation;
  double centre, scale;
  std::size_t first = 0, end = 0;
};

/// Rounds the running sum, so that the weights sum to exactly `unity`.
void write_weights(const Window& window, std::int32_t* to) {
  double total = 0;
  for (auto i = window.first; i < window.end; ++i) total += window.weight(i);
  if (total <= 0) {
    *to = unity;
    return;
  }
  double sum = 0;
  std::int32_t done = 0;
  for (auto i = window.first; i < window.end; ++i) {
    sum += window.weight(i);
    const auto now = static_cast<std::int32_t>(std::floor(sum / total * unity + 0.5));
    to[i - window.first] = now - done;
    done = now;
  }
}

template <std::size_t count> FOVEA_INLINE void blend_block(const std::uint8_t* from, std::size_t stride,
                                                           const std::int32_t* weights, std::size_t taps,
                                                           std::int32_t* to) {
  std::int32_t sums[count];
  for (std::size_t k = 0; k < count; ++k) sums[k] = half(weight_bits - kept_bits);
  for (std::size_t t = 0; t < taps; ++t) {
    for (std::size_t k = 0; k < count; ++k) sums[k] += from[t * stride + k] * weights[t];
  }
  for (std::size_t k = 0; k < count; ++k) {
    to[k] = sums[k] >> (weight_bits - kept_bits);
  }
}

/// Blends `taps` rows into one. The last block overlaps the one before it.
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

/// A pixel of 3 channels and a value of the next one, which fills the vector and is unused.
using Colour __attribute__((vector_size(16))) = std::int32_t;
using Bytes __attribute__((vector_size(16))) = std::uint8_t;

/// Cuts off what a bicubic filter shoots over.
FOVEA_INLINE Colour as_byte(Colour value) {
  constexpr Colour none{}, most = {255, 255, 255, 255};
  value = value < none ? none : value;
  return value > most ? most : value;
}

/// Blends the pixels of a row of 3 channels. `known_taps` is how many each has, or 0 where it is only known
/// as the program runs.
template <std::size_t known_taps>
FOVEA_INLINE void blend_colours(const std::int32_t* from, const Taps& across, std::uint8_t* to) {
  constexpr int bits = weight_bits + kept_bits;
  const auto taps = known_taps > 0 ? known_taps : across.taps;
  const auto* weight = across.weights;
  for (std::size_t x = 0; x < across.size; ++x) {
    const auto* pixel = from + std::size_t{across.first[x]} * 3;
    Colour sum = {half(bits), half(bits), half(bits), half(bits)};
    for (std::size_t t = 0; t < taps; ++t, pixel += 3) {
      Colour colour;
      std::memcpy(&colour, pixel, sizeof(colour));
      sum += colour * *weight++;
    }
    const auto bytes = reinterpret_cast<Bytes>(as_byte(sum >> bits));
    const auto packed =
        __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    std::memcpy(to + x * 3, &packed, x + 1 < across.size ? 4 : 3);
  }
}

FOVEA_INLINE void blend_grays(const std::int32_t* from, const Taps& across, std::uint8_t* to) {
  constexpr int bits = weight_bits + kept_bits;
  const auto* weight = across.weights;
  for (std::size_t x = 0; x < across.size; ++x) {
    const auto* pixel = from + across.first[x];
    std::int32_t sum = half(bits);
    for (std::size_t t = 0; t < across.taps; ++t) sum += *pixel++ * *weight++;
    to[x] = static_cast<std::uint8_t>(std::clamp(sum >> bits, 0, 255));
  }
}

FOVEA_INLINE void blend_columns(const std::int32_t* from, std::size_t channels, const Taps& across,
                                std::uint8_t* to) {
  if (channels == 1) return blend_grays(from, across, to);
  switch (across.taps) {
    case 2:
      return blend_colours<2>(from, across, to);
    case 3:
      return blend_colours<3>(from, across, to);
    case 4:
      return blend_colours<4>(from, across, to);
    default:
      return blend_colours<0>(from, across, to);
  }
}

/// `columns` are the first necessary pixel of a row and their number; `row` has room for them and one value.
FOVEA_VECTOR_CODE
void run_resample(const std::uint8_t* image, ImageSize size, const Taps& down, const Taps& across,
                  std::size_t columns, std::int32_t* row, std::uint8_t* out) {
  const auto stride = size.width * size.channels;
  for (std::size_t y = 0; y < down.size; ++y) {
    blend_rows(image + down.first[y] * stride, stride, down.weights + y * down.taps, down.taps,
               columns * size.channels, row);
    blend_columns(row, size.channels, across, out + y * across.size * size.channels);
  }
}

}  // namespace

double Filter::reach(double step) const {
  const double scale = antialias ? std::max(step, 1.0) : 1.0;
  switch (interpolation) {
    case Interpolation::nearest:
      return 0.5;
    case Interpolation::bilinear:
      return scale;
    case Interpolation::bicubic:
      return 2 * scale;
  }
  std::abort();
}

void Resampler::plan(Axis& axis, const Filter& filter, std::size_t from, double begin, double length,
                     std::size_t to) {
  const double step = length / static_cast<double>(to);
  axis.taps = 0;
  for (std::size_t i = 0; i < to; ++i) {
    const Window window(filter, from, begin, step, i);
    axis.taps = std::max(axis.taps, window.end - window.first);
  }
  axis.first.resize(to);
  axis.weights.assign(to * axis.taps, 0);
  for (std::size_t i = 0; i < to; ++i) {
    const Window window(filter, from, begin, step, i);
    const auto first = std::min(window.first, from - axis.taps);
    axis.first[i] = static_cast<std::uint32_t>(first);
    write_weights(window, &axis.weights[i * axis.taps + window.first - first]);
  }
}

void Resampler::operator()(const std::uint8_t* image, ImageSize size, const Region& part, std::size_t height,
                           std::size_t width, std::uint8_t* out, const Filter& filter) {
  assert(size.channels == 1 || size.channels == 3);
  assert(size.values() > 0 && height > 0 && width > 0 && part.width > 0 && part.height > 0);
  plan(across_, filter, size.width, part.x, part.width, width);
  plan(down_, filter, size.height, part.y, part.height, height);
  const auto column = across_.first.front();
  const auto columns = across_.first.back() + across_.taps - column;
  for (auto& first : across_.first) first -= column;
  row_.resize(columns * size.channels + 1);
  run_resample(
      image + column * size.channels, size, {down_.first.data(), down_.weights.data(), down_.taps, height},
      {across_.first.data(), across_.weights.data(), across_.taps, width}, columns, row_.data(), out);
}

}  // namespace fovea
