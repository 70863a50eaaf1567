#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/shape.hpp"

/// Charts read back from a drawing as a person reads them: by tick labels and where they stand, by names and
/// by the colours of legend and colour bar. Nothing here asks the code that drew them.
namespace fovea::render {

/// What a number on an axis or in a text means: "1,000" is 1000, "20k" 20000, "5%" 0.05.
std::optional<double> meant(std::string text);

/// An axis: values between its ticks, on a log scale where their places say so, and the places of its names.
class ReadAxis {
 public:
  /// Labels with the pixels they stand at.
  explicit ReadAxis(std::vector<std::pair<double, std::string>> labels);

  [[nodiscard]] double value(double pixel) const;
  [[nodiscard]] double pixel(double value) const;
  /// Where a name stands, or nothing.
  [[nodiscard]] std::optional<double> name(const std::string& label) const;

  std::vector<std::string> labels;

 private:
  std::map<std::string, double> names_;
  double from_ = 0, to_ = 1;   // pixels of the first and last number
  double low_ = 0, high_ = 1;  // what they mean, or its logarithm
  bool log_ = false;
};

/// A plot with two axes, everything but `plot` in values of its axes.
struct ReadChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  Rect plot;
  ReadAxis x;
  ReadAxis y;
  ReadAxis top;
  std::map<std::string, Color> legend;
  Shapes marks;   ///< lines, bars and dots
  Shapes ground;  ///< what is drawn on the plot before and after them

  /// Whether a line or dot of this colour, faded or not, lies at these values.
  [[nodiscard]] bool passes(Color color, double x_value, double y_value) const;
  /// The dots of this colour.
  [[nodiscard]] std::vector<Point> dots(Color color) const;
  /// Where the bar of this colour ends that is nearest to a name on either axis.
  [[nodiscard]] std::optional<double> bar_end(Color color, const std::string& name) const;
  /// From where to where areas of this colour reach on y.
  [[nodiscard]] std::vector<Range> bands(Color color) const;
  /// Where upright lines over the whole plot stand.
  [[nodiscard]] std::vector<double> rules() const;
  /// From where to where the plot is shaded over its whole height.
  [[nodiscard]] std::vector<Range> spans() const;
};

/// All plots of a drawing, in drawing order.
std::vector<ReadChart> read_charts(const Drawing& drawing);
/// The plot with this title; fails the test where there is none.
ReadChart read_chart(const Drawing& drawing, const std::string& title);

/// A heat map whose rows and columns have names, with its strips.
class ReadMatrix {
 public:
  explicit ReadMatrix(const Drawing& drawing);

  /// What the colour bar says of a cell.
  [[nodiscard]] double value(const std::string& row, const std::string& column) const;
  /// The text in a cell, or "".
  [[nodiscard]] std::string text(const std::string& row, const std::string& column) const;
  /// What is written in the strip of this label beside a row or below a column, or "".
  [[nodiscard]] std::string strip_text(const std::string& label, const std::string& name) const;
  /// How long a bar of a strip is, in pixels.
  [[nodiscard]] double strip_bar(const std::string& label, const std::string& name) const;
  /// What stands along the rows and along the columns.
  std::string row_label, column_label;

 private:
  struct Strip {
    Rect box;
    bool at_right = false;
  };
  [[nodiscard]] Point cell(const std::string& row, const std::string& column) const;
  [[nodiscard]] Strip strip(const std::string& label) const;
  [[nodiscard]] Rect slot(const Strip& strip, const std::string& name) const;

  std::vector<Text> texts_;
  std::vector<Rectangle> boxes_;
  std::vector<Image> images_;
  Image bar_;
  ReadAxis bar_axis_;
  std::map<std::string, double> rows_;
  std::map<std::string, double> columns_;
};

/// A piece of a pie: what is written beside it, and the share of the circle that it takes.
struct ReadWedge {
  double written = 0;
  double share = 0;
  Color color;
};
std::map<std::string, ReadWedge> read_pie(const Drawing& drawing);

/// The arrows of a diagram as "from -> to: label".
std::set<std::string> read_arrows(const Drawing& drawing);
/// The fill of each box of a diagram, by its title.
std::map<std::string, Color> read_boxes(const Drawing& drawing);
/// The rows of a table: all texts that stand at the height of the last one that is `first`, from left to
/// right.
std::vector<std::string> read_row(const Drawing& drawing, const std::string& first);

}  // namespace fovea::render
