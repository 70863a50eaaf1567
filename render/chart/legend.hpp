#pragma once

#include <span>
#include <string>
#include <vector>

#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// One entry of a legend: a sign and its name.
struct LegendEntry {
  enum class Sign { line, patch, marker };
  std::string name;
  Sign sign = Sign::line;
  Color color = ink;
  Dash dash = Dash::solid;
  double width = 3;
  MarkerShape shape = MarkerShape::circle;
};

/// Returns the entries of all marks that have a name, each name once.
std::vector<LegendEntry> legend_entries(std::span<const Mark> marks);

/// A legend after layout: its size, and its shapes relative to its corner.
struct Legend {
  Size size;
  Shapes shapes;
};

/// Lays out entries in rows no wider than `width` pixels, at most `rows` of them; the number of entries left
/// over is shown at the end, and long names are cut.
Legend legend_in_rows(std::span<const LegendEntry> entries, double width, std::size_t rows,
                      const Style& style);

/// Lays out entries in a column, no wider than `width` and no higher than `height` pixels.
Legend legend_in_column(std::span<const LegendEntry> entries, double width, double height,
                        const Style& style);

}  // namespace fovea::render
