#pragma once

#include <string>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A text wrapped to at most two lines, which it cuts off the top of a box.
Shapes draw_heading(const std::string& text, const Font& font, Color color, Rect& box, const Style& style);

/// A chart's title, and a subtitle below it, cut off the top of its box.
Shapes draw_title(const std::string& title, const std::string& subtitle, Rect& box, const Style& style);

/// A quiet line in the middle of a box, such as why it is empty.
Text notice(const std::string& text, const Rect& box, const Style& style);

}  // namespace fovea::render
