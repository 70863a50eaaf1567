#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// One chart in a figure: any value for which there is `draw(value, box, style)`, such as a Panel or a
/// HeatMap, taking as many columns and rows of the grid as it needs. Where there is also `margins(value, box,
/// style)`, neighbours line up their plots.
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

/// Charts in a grid under one title. A figure is itself a chart, so that a grid may hold another.
struct Figure {
  std::string title{};
  std::string subtitle{};
  Size size{1600, 1000};            ///< pixels; as a chart in another figure it takes the room it gets
  std::vector<double> columns{1};   ///< how the width is shared
  std::vector<double> rows{};       ///< how the height is shared; none means as many equal rows as are needed
  double gap = 34;                  ///< pixels between charts, and half of them around the figure
  std::vector<Subplot> subplots{};  ///< in reading order, each at the first place where it fits
};

/// The grid of a figure in a box, without its ground.
Shapes draw(const Figure& figure, const Rect& box, const Style& style);

/// The whole figure on white. Throws Error where the size is not between 16 and 16,384 pixels a side.
Drawing draw(const Figure& figure, const Measure& measure);

/// How much smaller texts become in a box that is smaller than a quarter of the default figure: 1 where they
/// need not.
double text_scale(Size box);

}  // namespace fovea::render
