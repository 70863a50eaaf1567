#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/shape.hpp"

namespace fovea::render {

/// The connection between the points of a line: straight, or constant until the next x.
enum class Join { straight, step };

/// A line through values. NaN breaks it; a single value between breaks is drawn as a dot.
struct Line {
  std::string name{};       ///< the name in the legend; a mark without a name is not in the legend
  std::vector<double> x{};  ///< as many as `y`, ascending; empty means 1, 2, 3 and so on
  std::vector<double> y{};
  Color color = category(0);
  double width = 3;
  Dash dash = Dash::solid;
  Join join = Join::straight;
  bool markers = false;   ///< a dot at each value
  bool on_right = false;  ///< uses the right y axis
};

/// The area between two lines over the same x.
struct Band {
  std::string name{};
  std::vector<double> x{};  ///< as many as `low`, ascending; empty means 1, 2, 3 and so on
  std::vector<double> low{};
  std::vector<double> high{};
  Color color = category(0).faded(0.2);
  bool on_right = false;
};

/// Markers at points.
struct Scatter {
  std::string name{};
  std::vector<double> x{};
  std::vector<double> y{};
  Color color = category(0);
  double radius = 5;
  MarkerShape shape = MarkerShape::circle;
  bool on_right = false;
};

/// The axis on which a mark has its positions: x for vertical rules and vertical bars.
enum class Along { x, y };

/// Bars from 0, or from the ends of others if they are stacked. Grouped bars share a position, side by side.
/// Bars closer than a pixel are merged into one as long as the longest.
struct Bars {
  std::string name{};
  Along along = Along::x;      ///< vertical bars with positions on x, or horizontal ones with positions on y
  std::vector<double> at{};    ///< positions, as many as `to`, in order; empty means 1, 2, 3 and so on
  std::vector<double> to{};    ///< the value at the end of each bar; NaN is no bar
  std::vector<double> from{};  ///< the value at the begin of each bar; empty means 0
  Color color = category(0);
  double width = 0.8;       ///< total width of all bars at one position, in units of the position axis
  std::size_t member = 0;   ///< the index of this bar within its group
  std::size_t members = 1;  ///< the number of bars in a group
  std::vector<std::string>
      texts{};  ///< labels at the ends of bars that are thick enough for text; empty, or as many as `to`
};

/// A straight line across the whole plot at one value, with a label beside it.
struct Rule {
  Along along = Along::x;
  double at = 0;
  std::string label{};
  Color color = quiet_ink;
  double width = 2;
  Dash dash = Dash::dashed;
};

/// A shaded range of the plot between two values, with a label in it; infinities reach to the edge.
struct Span {
  Along along = Along::x;
  double from = 0;
  double to = 0;
  std::string label{};
  Color color = okabe_ito::sky.faded(0.18);
};

/// A text about one point. It is placed where it covers least of the data, within the plot and never on
/// another text.
struct Note {
  double x = 0;
  double y = 0;
  std::string text{};
  Color color = ink;
  bool marker = true;  ///< a dot at the point itself
  bool on_right = false;
};

/// Anything that a panel draws in its plot.
using Mark = std::variant<Line, Band, Scatter, Bars, Rule, Span, Note>;

/// The values that a panel's axes have to include.
struct Extent {
  Reach x;
  Reach y;
  Reach right;
};
void extend(Extent& extent, const Mark& mark);

/// The plot's box and the scales from values to pixels.
struct Frame {
  Rect plot;
  Scale x;
  Scale y;
  Scale right;
  double scale = 1;  ///< the factor by which lines and markers shrink in a small plot

  [[nodiscard]] const Scale& y_scale(bool on_right) const { return on_right ? right : y; }
};

/// Draws a mark within its plot, without its texts. A line of very many points keeps only visible ones.
Shapes draw(const Mark& mark, const Frame& frame);

/// Returns the part of the plot that a span shades, empty if it lies outside.
Rect span_box(const Span& span, const Frame& frame);

/// The box of one bar within the plot; bars that are NaN have none. `index` is its index in `to`, and `falls`
/// tells whether it ends at a smaller value than it begins at.
struct BarBox {
  Rect box;
  std::size_t index = 0;
  bool falls = false;
};
std::vector<BarBox> bar_boxes(const Bars& bars, const Frame& frame);

/// Returns the lines, dots or bars of a mark as a polyline broken by NaN, which texts avoid.
std::vector<Point> outline(const Mark& mark, const Frame& frame);

}  // namespace fovea::render
