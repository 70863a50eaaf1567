#pragma once

#include <string>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// Draws a text wrapped to at most two lines, and cuts their height off the top of a box.
Shapes draw_heading(const std::string& text, const Font& font, Color color, Rect& box, const Style& style);

/// Draws a chart's title, and a subtitle below it, and cuts their height off the top of a box.
Shapes draw_title(const std::string& title, const std::string& subtitle, Rect& box, const Style& style);

/// Returns a text in the middle of a box in a muted colour, such as the reason why the box is empty.
Text notice(const std::string& text, const Rect& box, const Style& style);

}  // namespace fovea::render
