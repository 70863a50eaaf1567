#pragma once

#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// Rows of text under headings. Columns take the width they need; where that is too much, the widest are cut
/// with "…". Rows that do not fit are counted below.
struct Table {
  std::string title{};
  std::vector<std::string> headings{};
  std::vector<std::vector<std::string>> rows{};  ///< each as long as `headings`
  std::vector<Align> align{};                    ///< a column's side; those without are at the start
};

/// A table drawn in a box.
Shapes draw(const Table& table, const Rect& box, const Style& style);

/// Sentences in a box, wrapped; "\n" begins a new line. What does not fit ends in "…".
struct TextPanel {
  std::string title{};
  std::string text{};
};

/// A text panel drawn in a box.
Shapes draw(const TextPanel& panel, const Rect& box, const Style& style);

}  // namespace fovea::render
