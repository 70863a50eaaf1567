#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/chart/axes.hpp"
#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A second x axis above the plot in another unit: its value is `x * factor + offset`.
struct TopAxis {
  Axis axis{};
  double factor = 1;  ///< above 0
  double offset = 0;
};

/// The place of the legend of named marks, which never covers the data.
enum class LegendPlace { above, right, none };

/// A chart with two axes: marks in the order they are drawn, spans below all, texts above all.
struct Panel {
  std::string title{};
  std::string subtitle{};  ///< a smaller line below the title
  Axis x{};
  Axis y{};
  std::optional<Axis> right{};  ///< a second y axis, for the marks with `on_right`
  std::optional<TopAxis> top{};
  std::vector<Mark> marks{};
  LegendPlace legend = LegendPlace::above;
  std::string empty = "no data";  ///< the text in a plot without values
};

/// Returns the margins that title, axes and a legend above take around the plot of a panel. A legend at the
/// right is not counted, because it lies outside these margins.
Margins margins(const Panel& panel, const Rect& box, const Style& style);

/// Draws a panel in a box, with at least the given margins around the plot, so that panels with shared
/// margins line up.
Shapes draw(const Panel& panel, const Rect& box, const Style& style, const Margins& at_least = {});

}  // namespace fovea::render
