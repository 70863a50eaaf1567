#include "stages/model/weights/adapted_weights.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Keys' cubic filter with a = -0.5.
double cubic(double away) {
  if (away < 1) return (1.5 * away - 2.5) * away * away + 1;
  if (away < 2) return ((-0.5 * away + 2.5) * away - 4) * away + 2;
  return 0;
}

/// How much each of some numbers counts for one of the numbers that they are resampled to.
struct Taps {
  std::int64_t first = 0;
  std::vector<double> weights;
};

std::vector<Taps> taps_of(std::int64_t from, std::int64_t to) {
  const double step = static_cast<double>(from) / static_cast<double>(to), wide = std::max(1.0, step);
  std::vector<Taps> all;
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * step, reach = 2 * wide;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - reach + 0.5));
    const auto end = std::min(from, static_cast<std::int64_t>(centre + reach + 0.5));
    Taps taps{first, {}};
    double sum = 0;
    for (auto j = first; j < end; ++j) {
      taps.weights.push_back(cubic(std::abs(static_cast<double>(j) + 0.5 - centre) / wide));
      sum += taps.weights.back();
    }
    for (auto& weight : taps.weights) weight /= sum;
    all.push_back(std::move(taps));
  }
  return all;
}

/// Resamples the middle of three dimensions.
std::vector<double> resampled(const std::vector<double>& values, std::int64_t before, std::int64_t from,
                              std::int64_t to, std::int64_t after) {
  const auto taps = taps_of(from, to);
  std::vector<double> out(static_cast<std::size_t>(before * to * after), 0);
  for (std::int64_t b = 0; b < before; ++b) {
    for (std::int64_t i = 0; i < to; ++i) {
      const auto& [first, weights] = taps[static_cast<std::size_t>(i)];
      auto* const row = out.data() + (b * to + i) * after;
      for (std::size_t j = 0; j < weights.size(); ++j) {
        const auto* const source = values.data() + (b * from + first + static_cast<std::int64_t>(j)) * after;
        for (std::int64_t a = 0; a < after; ++a) row[a] += weights[j] * source[a];
      }
    }
  }
  return out;
}

}  // namespace

std::optional<TokenGrid> token_grid(const Specification& specification, const NetworkInfo& info,
                                    std::size_t layer) {
  TokenGrid grid;
  for (auto from = info.layers[layer].inputs.front(); from != LayerInfo::image;
       from = info.layers[from].inputs.front()) {
    const auto& kind = specification.layers[from].kind;
    if (std::holds_alternative<Tokens>(kind)) {
      const auto& of = info.layers[info.layers[from].inputs.front()].output;
      grid.height = of[1];
      grid.width = of[2];
      return grid;
    }
    if (!std::holds_alternative<ClassToken>(kind)) return {};
    ++grid.front;
  }
  return {};
}

Array<float> interpolated(const NamedArray& positions, const TokenGrid& from, const TokenGrid& to) {
  const auto channels = static_cast<std::int64_t>(positions.shape[2]);
  const auto* begin = positions.values.data();
  const auto kept = static_cast<std::ptrdiff_t>(from.front * channels);
  const std::vector<double> patches(begin + kept, begin + positions.values.size());
  const auto down = resampled(patches, 1, from.height, to.height, from.width * channels);
  const auto across = resampled(down, to.height, from.width, to.width, channels);
  std::vector<float> values(begin, begin + kept);
  values.insert(values.end(), across.begin(), across.end());
  return values;
}

Array<float> summed_over_colours(const NamedArray& filters) {
  const auto pixels = filters.shape[2] * filters.shape[3];
  std::vector<float> gray(filters.shape[0] * pixels);
  for (std::size_t i = 0; i < gray.size(); ++i) {
    const auto* colours = filters.values.data() + i / pixels * 3 * pixels + i % pixels;
    gray[i] = colours[0] + colours[pixels] + colours[2 * pixels];
  }
  return gray;
}

Array<float> spread_over_colours(const NamedArray& filters) {
  const auto pixels = filters.shape[2] * filters.shape[3];
  std::vector<float> colours(3 * filters.values.size());
  for (std::size_t i = 0; i < colours.size(); ++i)
    colours[i] = filters.values.data()[i / (3 * pixels) * pixels + i % pixels] / 3;
  return colours;
}

}  // namespace fovea
