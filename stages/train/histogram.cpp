#include "stages/train/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

std::vector<double> Histogram::limits() const {
  std::vector<double> all;
  const double width = (most - least) / static_cast<double>(counts.size());
  for (std::size_t i = 1; i < counts.size(); ++i) all.push_back(least + width * static_cast<double>(i));
  if (!counts.empty()) all.push_back(most);
  return all;
}

Histogram histogram_of(std::span<const float> values) {
  constexpr std::size_t intervals = 64;
  Histogram histogram;
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
  histogram.counts.assign(intervals, 0);
  const double range = histogram.most - histogram.least;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    const double place = range > 0 ? (value - histogram.least) / range * intervals : 0;
    histogram.counts[std::min(static_cast<std::size_t>(place), intervals - 1)] += 1;
  }
  return histogram;
}

Json to_json(const Histogram& histogram) {
  return {{"least", histogram.least},
          {"most", histogram.most},
          {"count", histogram.count},
          {"sum", histogram.sum},
          {"sum_of_squares", histogram.sum_of_squares},
          {"counts", histogram.counts}};
}

Histogram histogram_from(const Json& json) {
  const auto number = [&](const char* name) { return json.at(name).get<double>(); };
  return {number("least"), number("most"),           number("count"),
          number("sum"),   number("sum_of_squares"), json.at("counts")};
}

}  // namespace fovea
