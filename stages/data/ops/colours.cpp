// clang-format off
// The formulas are those of Pillow's ImageEnhance, ImageOps and ImageFilter, values being 0 .. 255:
//
//   brightness    f v                                   cut to 0 .. 255 and rounded down, as all mixtures
//   contrast      m + f (v - m)                         m: the mean of the gray image, rounded
//   saturation    g + f (v - g)                         g: the gray value, 0.299 R + 0.587 G + 0.114 B,
//                                                       rounded
//   sharpness     s + f (v - s)                         s: mean of 3 x 3, the middle 5 times; the rim stays
//   posterize     upper bits of v
//   solarize      v below the threshold, else 255 - v
//   invert        255 - v
//   autocontrast  (v - low) 255 / (high - low)          per channel
//   equalize      (half a step + n) / step              n: pixels below v; a step: pixels without those of the
//                                                       largest value, over 255, rounded down; per channel
//   hue           HSV with H turned by the amount       in floats, rounded (Smith, 1978)
//   blur          Gaussian of 2 ceil(3 sigma) + 1 taps  mirrored at the rim without repeating it
//   noise         v + 255 amount n, rounded             n: sum of 4 uniform numbers of std 1
// clang-format on

#include "stages/data/ops/colours.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stages/data/ops/gray.hpp"

namespace fovea {
namespace {

using What = ColourStep::What;

/// A lookup table of the values of a channel.
using Table = std::array<std::uint8_t, 256>;

/// base + factor (value - base), cut and rounded down.
FOVEA_INLINE std::uint8_t mixed(float base, float value, float factor) {
  return static_cast<std::uint8_t>(std::min(255.0F, std::max(0.0F, base + factor * (value - base))));
}

template <class Change> Table table_of(const Change& change) {
  Table table;
  for (int v = 0; v < 256; ++v) table[static_cast<std::size_t>(v)] = change(v);
  return table;
}

FOVEA_VECTOR_CODE void mix_all(std::uint8_t* image, std::size_t count, float base, float factor) {
  for (std::size_t i = 0; i < count; ++i) image[i] = mixed(base, image[i], factor);
}

FOVEA_VECTOR_CODE void mix_pairs(const std::uint8_t* bases, std::uint8_t* image, std::size_t count,
                                 float factor) {
  for (std::size_t i = 0; i < count; ++i) image[i] = mixed(bases[i], image[i], factor);
}

FOVEA_VECTOR_CODE void mask_all(std::uint8_t* image, std::size_t count, std::uint8_t mask) {
  for (std::size_t i = 0; i < count; ++i) image[i] = static_cast<std::uint8_t>(image[i] & mask);
}

FOVEA_VECTOR_CODE void invert_from(std::uint8_t* image, std::size_t count, int threshold) {
  for (std::size_t i = 0; i < count; ++i) {
    const int v = image[i];
    image[i] = static_cast<std::uint8_t>(v < threshold ? v : 255 - v);
  }
}

FOVEA_VECTOR_CODE std::uint64_t gray_sum(const std::uint8_t* image, std::size_t pixels) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < pixels;) {
    std::uint32_t part = 0;
    for (const auto end = std::min(pixels, i + 65536); i < end; ++i)
      part += static_cast<std::uint32_t>(brightness(image[3 * i], image[3 * i + 1], image[3 * i + 2]));
    sum += part;
  }
  return sum;
}

FOVEA_VECTOR_CODE std::uint64_t byte_sum(const std::uint8_t* image, std::size_t count) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += image[i];
  return sum;
}

FOVEA_VECTOR_CODE void saturate(std::uint8_t* image, std::size_t pixels, float factor) {
  for (std::size_t i = 0; i < pixels; ++i) {
    auto* p = image + 3 * i;
    const auto gray = static_cast<float>(brightness(p[0], p[1], p[2]));
    const std::uint8_t r = mixed(gray, p[0], factor), g = mixed(gray, p[1], factor),
                       b = mixed(gray, p[2], factor);
    p[0] = r;
    p[1] = g;
    p[2] = b;
  }
}

FOVEA_VECTOR_CODE void make_gray(std::uint8_t* image, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i) {
    auto* p = image + 3 * i;
    p[0] = p[1] = p[2] = static_cast<std::uint8_t>(brightness(p[0], p[1], p[2]));
  }
}

/// Returns one channel of the colour with hue h (of 6); `offset` is 5 for red, 3 for green, 1 for blue.
FOVEA_INLINE float channel_of(float offset, float h, float value, float chroma) {
  float k = offset + h;
  k = k >= 6 ? k - 6 : k;
  const float share = std::max(0.0F, std::min(std::min(k, 4 - k), 1.0F));
  return value - chroma * share + 0.5F;
}

FOVEA_VECTOR_CODE void turn_hue(std::uint8_t* image, std::size_t pixels, float turn) {
  for (std::size_t i = 0; i < pixels; ++i) {
    auto* p = image + 3 * i;
    const float r = p[0], g = p[1], b = p[2];
    const float value = std::max(r, std::max(g, b)), chroma = value - std::min(r, std::min(g, b));
    const float over = 1 / std::max(chroma, 1.0F);
    const float of_red = (g - b) * over, of_green = (b - r) * over + 2, of_blue = (r - g) * over + 4;
    float h = (value == r ? of_red : value == g ? of_green : of_blue) + turn;
    h = h < 0 ? h + 6 : h;
    h = h >= 6 ? h - 6 : h;
    const float red = channel_of(5, h, value, chroma), green = channel_of(3, h, value, chroma),
                blue = channel_of(1, h, value, chroma);
    p[0] = static_cast<std::uint8_t>(red);
    p[1] = static_cast<std::uint8_t>(green);
    p[2] = static_cast<std::uint8_t>(blue);
  }
}

FOVEA_VECTOR_CODE void add_noise(std::uint8_t* image, std::size_t count, float amount,
                                 std::array<std::uint32_t, 2> key) {
  // 256^2 - 1 over 3 is the variance of the sum of four integers from 0 to 255.
  const float scale = 255 * amount / std::sqrt((256.0F * 256.0F - 1) / 3);
  for (std::size_t i = 0; i < count; i += 4) {
    const auto random = philox({static_cast<std::uint32_t>(i), 0, 0, 0}, key);
    for (std::size_t k = i; k < std::min(count, i + 4); ++k) {
      const auto bits = random[k - i];
      const auto sum = static_cast<int>((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24));
      const float value = static_cast<float>(image[k]) + scale * static_cast<float>(sum - 510) + 0.5F;
      image[k] = static_cast<std::uint8_t>(std::min(255.0F, std::max(0.0F, value)));
    }
  }
}

/// Writes the mean of 3 x 3 pixels, the middle one 5 times, for one row without its ends.
FOVEA_VECTOR_CODE void smooth_row(const std::uint8_t* above, const std::uint8_t* here,
                                  const std::uint8_t* below, std::size_t channels, std::size_t count,
                                  std::uint8_t* out) {
  for (std::size_t i = channels; i + channels < count; ++i) {
    const auto l = i - channels, r = i + channels;
    const int sum =
        above[l] + above[i] + above[r] + here[l] + 5 * here[i] + here[r] + below[l] + below[i] + below[r];
    out[i] = static_cast<std::uint8_t>((2 * sum + 13) / 26);
  }
}

FOVEA_VECTOR_CODE void add_scaled(const float* from, float weight, std::size_t count, float* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += weight * from[i];
}

FOVEA_VECTOR_CODE void round_all(const float* from, std::size_t count, std::uint8_t* to) {
  constexpr float half = 0.5F;
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] + half);
}

/// Returns the histogram of each channel. Two counters in turn avoid stalls on runs of equal values.
std::array<std::array<std::uint32_t, 256>, 3> histograms(const std::uint8_t* image, const ImageSize& size) {
  std::array<std::array<std::uint32_t, 256>, 3> counts{}, others{};
  const auto values = size.values(), channels = size.channels;
  std::size_t i = 0;
  for (; i + 2 * channels <= values; i += 2 * channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      ++counts[c][image[i + c]];
      ++others[c][image[i + channels + c]];
    }
  }
  for (std::size_t c = 0; i + c < values; ++c) ++counts[c][image[i + c]];
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t v = 0; v < 256; ++v) counts[c][v] += others[c][v];
  }
  return counts;
}

Table equalizing(const std::array<std::uint32_t, 256>& counts, std::size_t pixels) {
  std::size_t largest = 255;
  while (largest > 0 && counts[largest] == 0) --largest;
  const auto step = (pixels - counts[largest]) / 255;
  if (step == 0) return table_of([](int v) { return static_cast<std::uint8_t>(v); });
  auto below = step / 2;
  return table_of([&](int v) {
    const auto to = std::min<std::size_t>(255, below / step);
    below += counts[static_cast<std::size_t>(v)];
    return static_cast<std::uint8_t>(to);
  });
}

Table stretching(const std::array<std::uint32_t, 256>& counts) {
  int low = 0, high = 255;
  while (low < 255 && counts[static_cast<std::size_t>(low)] == 0) ++low;
  while (high > 0 && counts[static_cast<std::size_t>(high)] == 0) --high;
  if (high <= low) return table_of([](int v) { return static_cast<std::uint8_t>(v); });
  const double scale = 255.0 / (high - low), offset = -low * scale;
  return table_of([&](int v) {
    return static_cast<std::uint8_t>(std::clamp(static_cast<int>(v * scale + offset), 0, 255));
  });
}

void look_up(const std::array<Table, 3>& tables, std::uint8_t* image, const ImageSize& size) {
  if (size.channels == 1) {
    for (std::size_t i = 0; i < size.values(); ++i) image[i] = tables[0][image[i]];
    return;
  }
  for (std::size_t i = 0; i < size.values(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) image[i + c] = tables[c][image[i + c]];
  }
}

void remap(What what, std::uint8_t* image, const ImageSize& size) {
  const auto counts = histograms(image, size);
  std::array<Table, 3> tables{};
  for (std::size_t c = 0; c < size.channels; ++c) {
    tables[c] =
        what == What::equalize ? equalizing(counts[c], size.height * size.width) : stretching(counts[c]);
  }
  look_up(tables, image, size);
}

float mean_gray(const std::uint8_t* image, const ImageSize& size) {
  const auto pixels = size.height * size.width;
  assert(pixels > 0);
  const auto sum = size.channels == 1 ? byte_sum(image, pixels) : gray_sum(image, pixels);
  const std::uint64_t rounded = (2 * sum + pixels) / (2 * pixels);
  return static_cast<float>(rounded);
}

/// Returns an index outside of 0 .. side - 1 mirrored into it.
std::size_t mirrored(std::ptrdiff_t at, std::ptrdiff_t side) {
  if (side == 1) return 0;
  const auto period = 2 * (side - 1);
  at = ((at % period) + period) % period;
  return static_cast<std::size_t>(at < side ? at : period - at);
}

}  // namespace

void Colours::operator()(std::span<const ColourStep> steps, std::uint8_t* image, const ImageSize& size) {
  for (const auto& step : steps) carry_out(step, image, size);
}

void Colours::carry_out(const ColourStep& step, std::uint8_t* image, const ImageSize& size) {
  const auto values = size.values(), pixels = size.height * size.width;
  const bool colour = size.channels == 3;
  const auto bits = [&] { return static_cast<std::uint8_t>(0xFF << (8 - static_cast<int>(step.amount))); };
  switch (step.what) {
    case What::brightness:
      return mix_all(image, values, 0, step.amount);
    case What::contrast:
      return mix_all(image, values, mean_gray(image, size), step.amount);
    case What::saturation:
      return colour ? saturate(image, pixels, step.amount) : void();
    case What::hue:
      return colour ? turn_hue(image, pixels, 6 * step.amount) : void();
    case What::grayscale:
      return colour ? make_gray(image, pixels) : void();
    case What::blur:
      return blur(step.amount, image, size);
    case What::noise:
      return add_noise(image, values, step.amount, step.key);
    case What::posterize:
      return mask_all(image, values, bits());
    case What::solarize:
      return invert_from(image, values, static_cast<int>(std::ceil(step.amount)));
    case What::invert:
      return invert_from(image, values, 0);
    case What::equalize:
    case What::autocontrast:
      return remap(step.what, image, size);
    case What::sharpness:
      return sharpen(step.amount, image, size);
  }
}

void Colours::sharpen(float factor, std::uint8_t* image, const ImageSize& size) {
  const auto line = size.width * size.channels;
  bytes_.assign(image, image + size.values());
  for (std::size_t y = 1; y + 1 < size.height; ++y) {
    const auto* here = image + y * line;
    smooth_row(here - line, here, here + line, size.channels, line, bytes_.data() + y * line);
  }
  mix_pairs(bytes_.data(), image, size.values(), factor);
}

void Colours::blur(float sigma, std::uint8_t* image, const ImageSize& size) {
  const auto radius = static_cast<std::ptrdiff_t>(std::ceil(3 * sigma));
  weights_.clear();
  float total = 0;
  for (auto k = -radius; k <= radius; ++k) {
    const float distance = static_cast<float>(k) / sigma;
    weights_.push_back(std::exp(-distance * distance / 2));
    total += weights_.back();
  }
  for (auto& weight : weights_) weight /= total;
  const auto height = static_cast<std::ptrdiff_t>(size.height);
  const auto width = static_cast<std::ptrdiff_t>(size.width);
  const auto channels = size.channels, line = size.width * channels;
  const auto padded = line + 2 * static_cast<std::size_t>(radius) * channels;
  // Rows are blurred horizontally first; then each result row is a weighted sum of rows.
  floats_.assign(size.values() + padded + line, 0);
  float* const across = floats_.data();
  float* const wide = across + size.values();
  float* const sum = wide + padded;
  for (std::size_t y = 0; y < size.height; ++y) {
    for (auto x = -radius; x < width + radius; ++x) {
      const auto* from = image + y * line + mirrored(x, width) * channels;
      std::copy(from, from + channels, wide + static_cast<std::size_t>(x + radius) * channels);
    }
    for (std::size_t k = 0; k < weights_.size(); ++k)
      add_scaled(wide + k * channels, weights_[k], line, across + y * line);
  }
  for (std::ptrdiff_t y = 0; y < height; ++y) {
    std::fill(sum, sum + line, 0.0F);
    for (auto k = -radius; k <= radius; ++k)
      add_scaled(across + mirrored(y + k, height) * line, weights_[static_cast<std::size_t>(k + radius)],
                 line, sum);
    round_all(sum, line, image + static_cast<std::size_t>(y) * line);
  }
}

}  // namespace fovea
