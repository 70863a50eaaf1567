#pragma once

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// Boxes with arrows between them, drawn from top to bottom.
struct Diagram {
  struct Box {
    std::string title;
    std::vector<std::string> lines;  ///< smaller, below the title
    Color fill = white;
  };
  struct Arrow {
    std::size_t from;  ///< number of a box
    std::size_t to;    ///< of a later one
    std::string label{};
  };
  struct LegendEntry {
    Color fill;
    std::string meaning;
  };
  std::string title;
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  std::vector<LegendEntry> legend;  ///< what the fills mean
};

/// The diagram on white, as large as its content needs. Boxes keep long lines within `widest` pixels.
Drawing draw(const Diagram& diagram, const Measure& measure, double widest = 420);

}  // namespace fovea::render
