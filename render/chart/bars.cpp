#include <cassert>
#include <cmath>

#include "render/chart/marks.hpp"

namespace fovea::render {
namespace {

// The width in pixels from which a bar has a gap to the next.
constexpr double gap_from = 3;

double place_of(const Bars& bars, std::size_t i) {
  return bars.at.empty() ? static_cast<double>(i + 1) : bars.at[i];
}

// Returns the pixel of a bar's begin or end; on a log scale values not above 0 are at the edge of the plot.
double end_of(const Scale& scale, double value) {
  return scale.kind() == ScaleKind::log && value <= 0 ? scale.pixels().low : scale(value);
}

// Returns the pixels across a bar, the lower first, on whole pixels. Thin bars have no gaps, because rounded
// gaps would show a pattern that is not in the data.
Range across(const Bars& bars, double place, const Scale& scale) {
  const double step = bars.width / static_cast<double>(bars.members);
  const double begin = place - bars.width / 2 + step * static_cast<double>(bars.member);
  const auto [low, high] = std::minmax({scale(begin), scale(begin + step)});
  if (high - low >= gap_from) return {std::round(low), std::round(high) - 1};
  return {std::floor(low), std::max(std::ceil(high), std::floor(low) + 1)};
}

Rect box_of(const Bars& bars, std::size_t i, const Frame& frame) {
  const bool upright = bars.along == Along::x;
  const Range side = across(bars, place_of(bars, i), upright ? frame.x : frame.y);
  const Scale& scale = upright ? frame.y : frame.x;
  const auto [low, high] =
      std::minmax({end_of(scale, bars.from.empty() ? 0 : bars.from[i]), end_of(scale, bars.to[i])});
  if (upright) return {side.low, low, side.high - side.low, high - low};
  return {low, side.low, high - low, side.high - side.low};
}

// Returns the bounding box of two boxes.
Rect united(const Rect& a, const Rect& b) {
  const double x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

// Merges bars that begin at the same pixel.
std::vector<BarBox> merged(const std::vector<BarBox>& all, bool upright) {
  std::vector<BarBox> kept;
  for (const auto& one : all) {
    const auto side = upright ? &Rect::x : &Rect::y;
    if (!kept.empty() && kept.back().box.*side == one.box.*side) {
      kept.back().box = united(kept.back().box, one.box);
    } else {
      kept.push_back(one);
    }
  }
  return kept;
}

}  // namespace

std::vector<BarBox> bar_boxes(const Bars& bars, const Frame& frame) {
  assert(bars.at.empty() || bars.at.size() == bars.to.size());
  assert(bars.from.empty() || bars.from.size() == bars.to.size());
  assert(bars.member < bars.members);
  std::vector<BarBox> boxes;
  for (std::size_t i = 0; i < bars.to.size(); ++i) {
    if (std::isnan(bars.to[i])) continue;
    const double from = bars.from.empty() ? 0 : bars.from[i];
    boxes.push_back({box_of(bars, i, frame), i, bars.to[i] < from});
  }
  return merged(boxes, bars.along == Along::x);
}

}  // namespace fovea::render
