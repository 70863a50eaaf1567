#include "render/chart/scale.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fovea::render {
namespace {

// The largest magnitude; the difference of larger values may overflow.
constexpr double largest = 1e300;
constexpr double smallest_positive = 1e-300;

}  // namespace

void Reach::add(double value) {
  if (!std::isfinite(value)) return;
  value = std::clamp(value, -largest, largest);
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
  if (value > 0) lowest_positive_ = std::min(lowest_positive_, std::max(value, smallest_positive));
}

std::optional<Range> Reach::range(ScaleKind kind) const {
  const double low = kind == ScaleKind::log ? lowest_positive_ : low_;
  if (!std::isfinite(low)) return std::nullopt;
  return Range{low, std::max(low, high_)};
}

Range padded(Range range, ScaleKind kind, double share) {
  if (kind == ScaleKind::log) {
    const double decades = std::log10(range.high / range.low);
    const double factor = decades < 1e-9 ? std::sqrt(10.0) : std::pow(10, decades * share);
    return {range.low / factor, range.high * factor};
  }
  const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
  const double length = range.high - range.low;
  if (length <= magnitude * 1e-12) {
    const double half = magnitude == 0 ? 0.5 : magnitude * 0.1;
    return {range.low - half, range.high + half};
  }
  Range result{range.low - length * share, range.high + length * share};
  if (range.low >= 0) result.low = std::max(result.low, 0.0);
  if (range.high <= 0) result.high = std::min(result.high, 0.0);
  return result;
}

Scale::Scale(ScaleKind kind, Range values, Range pixels) : kind_(kind), values_(values), pixels_(pixels) {
  assert(values.low < values.high);
  assert(kind == ScaleKind::linear || values.low > 0);
}

double Scale::operator()(double value) const {
  const bool log = kind_ == ScaleKind::log;
  if (std::isnan(value) || (log && value <= 0)) return std::numeric_limits<double>::quiet_NaN();
  const double share = log ? std::log(value / values_.low) / std::log(values_.high / values_.low)
                           : (value - values_.low) / (values_.high - values_.low);
  return std::clamp(pixels_.low + share * (pixels_.high - pixels_.low), -1e6, 1e6);
}

}  // namespace fovea::render
