#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/chart/axes.hpp"
#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A second x axis above the plot that counts in another unit: its value is `x * factor + offset`.
struct TopAxis {
  Axis axis{};
  double factor = 1;  ///< above 0
  double offset = 0;
};

/// Where the legend of the named marks goes; never on the data.
enum class LegendPlace { above, right, none };

/// A chart over two axes: marks in the order they are drawn, spans below all, texts above all.
struct Panel {
  std::string title{};
  std::string subtitle{};  ///< a smaller line below the title
  Axis x{};
  Axis y{};
  std::optional<Axis> right{};  ///< a second y axis, for the marks that say `on_right`
  std::optional<TopAxis> top{};
  std::vector<Mark> marks{};
  LegendPlace legend = LegendPlace::above;
  std::string empty = "no data";  ///< said in the plot where no mark has a value to show
};

/// The room that title, axes and a legend above take around the plot of a panel. A legend at the right is not
/// counted: it is beside all that.
Margins margins(const Panel& panel, const Rect& box, const Style& style);

/// A panel drawn in a box, with at least the given room around the plot: panels that share it line up.
Shapes draw(const Panel& panel, const Rect& box, const Style& style, const Margins& at_least = {});

}  // namespace fovea::render
