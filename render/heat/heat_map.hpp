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

/// One value for each row or column, drawn as bars beside a heat map.
struct Strip {
  std::string label{};
  std::vector<double> values{};  ///< NaN leaves a gap
  double full = 1;               ///< the value of a bar over the whole strip, above 0
  NumberFormat format = NumberFormat::percent;
};

/// What a pixel shows where several cells fall on it.
enum class Pool { largest, mean };

/// A matrix as colours, the first row at the top. Names and cell texts that do not fit are cut, turned,
/// thinned or left out; beyond 48 rows or columns the cells are one image.
struct HeatMap {
  std::string title{};
  std::string subtitle{};
  std::string x_label{};  ///< what the columns are
  std::string y_label{};  ///< what the rows are
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values{};             ///< row by row; NaN is left blank
  std::vector<std::string> row_names{};     ///< none, or one for each row
  std::vector<std::string> column_names{};  ///< none, or one for each column
  std::vector<std::string> texts{};  ///< none, or one for each cell; lines that do not fit are left out
  ColorMap colors = ColorMap::viridis;
  ScaleKind scale = ScaleKind::linear;
  std::optional<Range>
      range{};                ///< the values of the end colours; else the data's, even around 0 if diverging
  std::string value_label{};  ///< what the colour bar measures
  NumberFormat format = NumberFormat::plain;
  std::optional<Strip> right{};   ///< one bar for each row
  std::optional<Strip> bottom{};  ///< one bar for each column
  Pool pool = Pool::largest;
  std::string empty = "no data";  ///< said where there are no values
  bool square = false;            ///< cells as wide as high, at the left of the box
};

/// A heat map drawn in a box.
Shapes draw(const HeatMap& map, const Rect& box, const Style& style);

}  // namespace fovea::render
