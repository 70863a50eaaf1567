#pragma once

#include <span>
#include <string>
#include <vector>

#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// One line of a legend: a sign and what it stands for.
struct LegendEntry {
  enum class Sign { line, patch, marker };
  std::string name;
  Sign sign = Sign::line;
  Color color = ink;
  Dash dash = Dash::solid;
  double width = 3;
  MarkerShape shape = MarkerShape::circle;
};

/// The entries of all marks that have a name, each name once.
std::vector<LegendEntry> legend_entries(std::span<const Mark> marks);

/// A legend laid out: how much room it takes, and its shapes from the corner 0, 0.
struct Legend {
  Size size;
  Shapes shapes;
};

/// Keys in rows no wider than `width` pixels, at most `rows` of them; what is left over is counted at the
/// end, and long names are cut.
Legend legend_in_rows(std::span<const LegendEntry> entries, double width, std::size_t rows,
                      const Style& style);

/// Keys one below another, no wider than `width` and no higher than `height` pixels.
Legend legend_in_column(std::span<const LegendEntry> entries, double width, double height,
                        const Style& style);

}  // namespace fovea::render
