#pragma once

#include "render/text.hpp"

namespace fovea::render {

/// What all charts of a figure share: how text is measured, and how large each kind of text is in pixels.
struct Style {
  Measure measure = approximate_size;
  double headline = 28;
  double title = 23;
  double label = 19;
  double tick = 17;
  double note = 17;
  double gap = 8;
  double scale = 1;  ///< how much smaller than usual all is; lines and signs follow it too

  /// The same style with every size multiplied.
  [[nodiscard]] Style scaled(double factor) const {
    return {measure,       headline * factor, title * factor, label * factor,
            tick * factor, note * factor,     gap * factor,   scale * factor};
  }
  /// The height of one line of text of a size.
  [[nodiscard]] double line_height(double size) const { return measure("Xg", {size, false}).height; }
};

}  // namespace fovea::render
