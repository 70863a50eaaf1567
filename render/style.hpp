#pragma once

#include "render/text.hpp"

namespace fovea::render {

/// The text measure and the text sizes in pixels that all charts of a figure share.
struct Style {
  Measure measure = approximate_size;
  double headline = 28;
  double title = 23;
  double label = 19;
  double tick = 17;
  double note = 17;
  double gap = 8;
  double scale = 1;  ///< the factor by which everything shrinks; also applies to lines and markers

  /// Returns the style with every size multiplied by `factor`.
  [[nodiscard]] Style scaled(double factor) const {
    return {measure,       headline * factor, title * factor, label * factor,
            tick * factor, note * factor,     gap * factor,   scale * factor};
  }
  /// Returns the height of one line of text of a size.
  [[nodiscard]] double line_height(double size) const { return measure("Xg", {size, false}).height; }
};

}  // namespace fovea::render
