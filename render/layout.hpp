#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// One chart in a figure: any value with a function `draw(value, box, style)`, such as a Panel or a HeatMap,
/// that spans a number of columns and rows of the grid. With a function `margins(value, box, style)` the
/// plots of neighbours are aligned.
class Subplot {
 public:
  template <class Chart>
  requires(!std::is_same_v<std::remove_cvref_t<Chart>, Subplot>)
      Subplot(Chart chart, int columns = 1, int rows = 1)
      : columns_(columns), rows_(rows) {
    if constexpr (requires(const Style& style) { margins(chart, Rect{}, style); }) {
      margins_ = [chart](const Rect& box, const Style& style) { return margins(chart, box, style); };
      draw_ = [chart = std::move(chart)](const Rect& box, const Style& style, const Margins& at_least) {
        return draw(chart, box, style, at_least);
      };
    } else {
      draw_ = [chart = std::move(chart)](const Rect& box, const Style& style, const Margins&) {
        return draw(chart, box, style);
      };
    }
  }

  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] Margins margins_in(const Rect& box, const Style& style) const {
    return margins_ ? margins_(box, style) : Margins{};
  }
  [[nodiscard]] bool lines_up() const { return margins_ != nullptr; }
  [[nodiscard]] Shapes draw_in(const Rect& box, const Style& style, const Margins& at_least) const {
    return draw_(box, style, at_least);
  }

 private:
  int columns_;
  int rows_;
  std::function<Margins(const Rect&, const Style&)> margins_;
  std::function<Shapes(const Rect&, const Style&, const Margins&)> draw_;
};

/// A grid of charts under one title. A figure is itself a chart, so figures can be nested.
struct Figure {
  std::string title{};
  std::string subtitle{};
  Size size{1600, 1000};            ///< in pixels; a figure in another figure takes the size of its cell
  std::vector<double> columns{1};   ///< the relative widths of the columns
  std::vector<double> rows{};       ///< the relative heights of the rows; empty means equal rows as needed
  double gap = 34;                  ///< pixels between charts, and half of them around the figure
  std::vector<Subplot> subplots{};  ///< in reading order, each at the first free place of its size
};

/// Draws the grid of a figure in a box, without a background.
Shapes draw(const Figure& figure, const Rect& box, const Style& style);

/// Draws the whole figure on white. Throws Error unless the size is between 16 and 16,384 pixels a side.
Drawing draw(const Figure& figure, const Measure& measure);

/// Returns the factor by which texts shrink in a box that is smaller than a quarter of the default figure,
/// else 1.
double text_scale(Size box);

}  // namespace fovea::render
