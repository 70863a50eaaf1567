#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/chart/ticks.hpp"
#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A tick labelled with a name instead of a number.
struct NamedTick {
  double at = 0;
  std::string label;
};

/// The settings of one axis. Limits that are not given come from the data.
struct Axis {
  std::string label{};  ///< the axis label with its unit
  ScaleKind scale = ScaleKind::linear;
  NumberFormat format = NumberFormat::plain;
  bool integers = false;   ///< ticks at whole numbers only
  bool from_zero = false;  ///< 0 is included even if the data is far from it
  std::optional<double> low{};
  std::optional<double> high{};
  std::vector<NamedTick> names{};  ///< these ticks replace the computed ones; thinned if they do not fit
};

/// Returns the range that an axis shows for its data, extended by `padding`, a share of its length. An empty
/// reach gives 0 to 1, or 1 to 10 on a log scale.
Range shown_range(const Axis& axis, const Reach& reach, double padding);

enum class Side { left, bottom, right, top };

/// The positions and labels of an axis's ticks. A tick whose label does not fit has an empty label.
struct Ticks {
  std::vector<double> at;
  std::vector<std::string> labels;
  std::vector<double> minor;
};

/// Returns the ticks of an axis `length` pixels long whose labels do not overlap.
Ticks ticks_of(const Axis& axis, const Range& shown, double length, Side side, const Style& style);

/// Returns the depth in pixels of the ticks, their labels and the axis label beside the plot.
double thickness(const Axis& axis, const Ticks& ticks, Side side, const Style& style);

/// Draws the axis along one side of a plot: its line, ticks and labels.
Shapes draw_axis(const Axis& axis, const Ticks& ticks, const Scale& scale, Side side, const Rect& plot,
                 const Style& style);

/// Draws light grid lines through a plot at the ticks of two axes.
Shapes draw_grid(const Ticks& x, const Scale& x_scale, const Ticks& y, const Scale& y_scale,
                 const Rect& plot);

}  // namespace fovea::render
