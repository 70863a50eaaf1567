#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/shape.hpp"

namespace fovea::render {

/// How a line goes from one point to the next: straight, or level until the next x.
enum class Join { straight, step };

/// A line through values. NaN breaks it; a value alone between breaks is drawn as a dot.
struct Line {
  std::string name{};       ///< what the legend calls it; without a name it is not in the legend
  std::vector<double> x{};  ///< as many as `y`, ascending; none means 1, 2, 3 and so on
  std::vector<double> y{};
  Color color = category(0);
  double width = 3;
  Dash dash = Dash::solid;
  Join join = Join::straight;
  bool markers = false;   ///< a dot at each value
  bool on_right = false;  ///< measured by the axis at the right
};

/// The area between two lines over the same x.
struct Band {
  std::string name{};
  std::vector<double> x{};  ///< as many as `low`, ascending; none means 1, 2, 3 and so on
  std::vector<double> low{};
  std::vector<double> high{};
  Color color = category(0).faded(0.2);
  bool on_right = false;
};

/// Signs at points.
struct Scatter {
  std::string name{};
  std::vector<double> x{};
  std::vector<double> y{};
  Color color = category(0);
  double radius = 5;
  MarkerShape shape = MarkerShape::circle;
  bool on_right = false;
};

/// Which axis a mark has its places on: an upright rule is at one x, and so is an upright bar.
enum class Along { x, y };

/// Bars from 0, or from the ends of others where they are stacked. Several bars share a place where they are
/// grouped, side by side. Those that are closer than pixels are drawn as one, as long as the longest.
struct Bars {
  std::string name{};
  Along along = Along::x;      ///< upright with places on x, or level with places on y
  std::vector<double> at{};    ///< as many as `to`, in order; none means 1, 2, 3 and so on
  std::vector<double> to{};    ///< where each bar ends; NaN is no bar
  std::vector<double> from{};  ///< where each bar begins; none means 0
  Color color = category(0);
  double width = 0.8;       ///< of all bars at one place together, on the axis of the places
  std::size_t member = 0;   ///< which of the bars at its place this is
  std::size_t members = 1;  ///< how many bars share a place
  std::vector<std::string>
      texts{};  ///< said at the ends of bars that are thick enough for text; none, or as many as `to`
};

/// A straight line over the whole plot at one value, with a label beside it.
struct Rule {
  Along along = Along::x;
  double at = 0;
  std::string label{};
  Color color = quiet_ink;
  double width = 2;
  Dash dash = Dash::dashed;
};

/// A shaded part of the plot between two values, with a label in it; infinities reach to the edge.
struct Span {
  Along along = Along::x;
  double from = 0;
  double to = 0;
  std::string label{};
  Color color = okabe_ito::sky.faded(0.18);
};

/// A text about one point. It is put where it covers least, within the plot and never on another text.
struct Note {
  double x = 0;
  double y = 0;
  std::string text{};
  Color color = ink;
  bool marker = true;  ///< a dot at the point itself
  bool on_right = false;
};

/// Anything drawn in the plot of a panel.
using Mark = std::variant<Line, Band, Scatter, Bars, Rule, Span, Note>;

/// The values that a panel's axes have to show.
struct Extent {
  Reach x;
  Reach y;
  Reach right;
};
void extend(Extent& extent, const Mark& mark);

/// Where the values of a panel lie on the drawing.
struct Frame {
  Rect plot;
  Scale x;
  Scale y;
  Scale right;
  double scale = 1;  ///< by how much lines and signs are smaller in a small plot

  [[nodiscard]] const Scale& y_scale(bool on_right) const { return on_right ? right : y; }
};

/// The shapes of a mark within its plot, without its texts. A line of very many points keeps only those that
/// can be seen.
Shapes draw(const Mark& mark, const Frame& frame);

/// The part of the plot that a span shades, empty where it lies outside.
Rect span_box(const Span& span, const Frame& frame);

/// The box of every bar within the plot, without those that are NaN; `index` is which of `to` each is, and
/// `falls` whether it ends at a smaller value than it begins at.
struct BarBox {
  Rect box;
  std::size_t index = 0;
  bool falls = false;
};
std::vector<BarBox> bar_boxes(const Bars& bars, const Frame& frame);

/// What is drawn of a line, dots or bars as lines on the drawing, broken by NaN: what texts should not cover.
std::vector<Point> outline(const Mark& mark, const Frame& frame);

}  // namespace fovea::render
