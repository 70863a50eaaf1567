#pragma once

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A diagram of boxes with arrows between them, drawn from top to bottom.
struct Diagram {
  struct Box {
    std::string title;
    std::vector<std::string> lines;  ///< smaller, below the title
    Color fill = white;
  };
  struct Arrow {
    std::size_t from;  ///< the index of a box
    std::size_t to;    ///< the index of a later box
    std::string label{};
  };
  struct LegendEntry {
    Color fill;
    std::string meaning;
  };
  std::string title;
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  std::vector<LegendEntry> legend;  ///< the meaning of the fill colours
};

/// Draws the diagram on white, as large as its content needs. Long lines in boxes are cut at `widest` pixels.
Drawing draw(const Diagram& diagram, const Measure& measure, double widest = 420);

}  // namespace fovea::render
