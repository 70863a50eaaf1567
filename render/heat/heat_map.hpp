#pragma once

#include <optional>
#include <string>
#include <vector>

#include "render/chart/scale.hpp"
#include "render/chart/ticks.hpp"
#include "render/color_map.hpp"
#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A bar chart beside a heat map with one value for each row or column.
struct Strip {
  std::string label{};
  std::vector<double> values{};  ///< NaN leaves a gap
  double full = 1;               ///< the value of a bar over the whole strip, above 0
  NumberFormat format = NumberFormat::percent;
};

/// The pooling of several cells on one pixel.
enum class Pool { largest, mean };

/// A matrix as colours, the first row at the top. Names and cell texts that do not fit are cut, turned,
/// thinned or left out; beyond 48 rows or columns the cells are one image.
struct HeatMap {
  std::string title{};
  std::string subtitle{};
  std::string x_label{};  ///< the label below the columns
  std::string y_label{};  ///< the label beside the rows
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values{};             ///< row by row; NaN is left blank
  std::vector<std::string> row_names{};     ///< none, or one for each row
  std::vector<std::string> column_names{};  ///< none, or one for each column
  std::vector<std::string> texts{};  ///< none, or one for each cell; lines that do not fit are left out
  ColorMap colors = ColorMap::viridis;
  ScaleKind scale = ScaleKind::linear;
  std::optional<Range> range{};  ///< the end colours' values; by default the data's, symmetric if diverging
  std::string value_label{};     ///< the label of the colour bar
  NumberFormat format = NumberFormat::plain;
  std::optional<Strip> right{};   ///< one bar for each row
  std::optional<Strip> bottom{};  ///< one bar for each column
  Pool pool = Pool::largest;
  std::string empty = "no data";  ///< the text if there are no values
  bool square = false;            ///< cells as wide as high, at the left of the box
};

/// Draws a heat map in a box.
Shapes draw(const HeatMap& map, const Rect& box, const Style& style);

}  // namespace fovea::render
