#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// Rows of text under headings. Columns take the width they need; if that is too much, the widest are cut
/// with "…". The number of rows that do not fit is shown below.
struct Table {
  std::string title{};
  std::vector<std::string> headings{};
  std::vector<std::vector<std::string>> rows{};  ///< each as long as `headings`
  std::vector<Align> align{};  ///< the alignment of each column; missing ones are at the start
};

/// Draws a table in a box.
Shapes draw(const Table& table, const Rect& box, const Style& style);

/// Wrapped text in a box; "\n" begins a new line. Text that does not fit ends in "…".
struct TextPanel {
  std::string title{};
  std::string text{};
};

/// Draws a text panel in a box.
Shapes draw(const TextPanel& panel, const Rect& box, const Style& style);

}  // namespace fovea::render
