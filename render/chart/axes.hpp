#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/chart/ticks.hpp"
#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A tick with a name instead of a number.
struct NamedTick {
  double at = 0;
  std::string label;
};

/// One axis: what it measures, how, and from where to where. Ends that are not given come from the data.
struct Axis {
  std::string label{};  ///< what is measured, with its unit
  ScaleKind scale = ScaleKind::linear;
  NumberFormat format = NumberFormat::plain;
  bool integers = false;   ///< ticks at whole numbers only
  bool from_zero = false;  ///< 0 is shown even where the data is far from it
  std::optional<double> low{};
  std::optional<double> high{};
  std::vector<NamedTick> names{};  ///< these ticks and no others, thinned where they do not fit
};

/// Which values an axis shows for its data: rounded out by `padding`, a share of the length. An empty reach
/// gives 0 to 1, or 1 to 10 on a log scale.
Range shown_range(const Axis& axis, const Reach& reach, double padding);

enum class Side { left, bottom, right, top };

/// Where an axis has ticks. An empty label belongs to a tick that had to stay without.
struct Ticks {
  std::vector<double> at;
  std::vector<std::string> labels;
  std::vector<double> minor;
};

/// The ticks of an axis of so many pixels whose labels do not touch each other.
Ticks ticks_of(const Axis& axis, const Range& shown, double length, Side side, const Style& style);

/// How many pixels the ticks, their labels and the axis label take beside the plot.
double thickness(const Axis& axis, const Ticks& ticks, Side side, const Style& style);

/// The axis along one side of a plot: its line, ticks and labels.
Shapes draw_axis(const Axis& axis, const Ticks& ticks, const Scale& scale, Side side, const Rect& plot,
                 const Style& style);

/// Light lines through a plot at the ticks of two axes.
Shapes draw_grid(const Ticks& x, const Scale& x_scale, const Ticks& y, const Scale& y_scale,
                 const Rect& plot);

}  // namespace fovea::render
