#include "pipelines/tracking/weights_log.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr std::size_t intervals = 64;

/// Sets limits at equal distances from the least to the most.
void set_limits(TensorBoardHistogram& histogram) {
  const double width = (histogram.most - histogram.least) / intervals;
  for (std::size_t i = 1; i < intervals; ++i)
    histogram.limits.push_back(histogram.least + width * static_cast<double>(i));
  histogram.limits.push_back(histogram.most);
}

}  // namespace

TensorBoardHistogram histogram_of(std::span<const float> values) {
  TensorBoardHistogram histogram;
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const auto first = std::find_if(values.begin(), values.end(), is_finite);
  if (first == values.end()) return histogram;
  histogram.least = histogram.most = *first;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    histogram.least = std::min(histogram.least, value);
    histogram.most = std::max(histogram.most, value);
    histogram.count += 1;
    histogram.sum += value;
    histogram.sum_of_squares += value * value;
  }
  set_limits(histogram);
  histogram.counts.assign(intervals, 0);
  const double range = histogram.most - histogram.least;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double place = range > 0 ? (value - histogram.least) / range * intervals : 0;
    histogram.counts[std::min(static_cast<std::size_t>(place), intervals - 1)] += 1;
  }
  return histogram;
}

void add_weights(EventFile& file, const Model& model, double time, std::int64_t step) {
  for (const auto& weight : model.weights) {
    const auto histogram = histogram_of(weight.values.span());
    if (histogram.count > 0) file.add(time, step, Summary().histogram(weight.name, histogram));
  }
}

}  // namespace fovea
