#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// Where the nodes of a layered drawing lie, and the bends of each of its arrows.
struct Layered {
  std::vector<Rect> nodes;
  std::vector<std::vector<Point>> arrows;  ///< from the bottom of one node to the top of another
  Size size;
};

/// Lays a graph without cycles out in layers from top to bottom, after Sugiyama, Tagawa and Toda (1981): each
/// node below all that lead to it, neighbours ordered by barycenters so that arrows cross little, long arrows
/// led around the boxes between. Nodes are given by their sizes, arrows as (from, to) with from < to.
Layered layered(const std::vector<Size>& nodes,
                const std::vector<std::pair<std::size_t, std::size_t>>& arrows, double gap_across,
                double gap_down);

}  // namespace fovea::render
