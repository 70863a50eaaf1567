#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// The result of a layered layout: the boxes of the nodes, and the bends of each arrow.
struct Layered {
  std::vector<Rect> nodes;
  std::vector<std::vector<Point>> arrows;  ///< from the bottom of one node to the top of another
  Size size;
};

/// Lays out a directed acyclic graph in layers from top to bottom, after Sugiyama, Tagawa and Toda (1981):
/// each node below its predecessors, neighbours ordered by barycenters to reduce crossings, long arrows
/// routed around the boxes between. Nodes are given by their sizes, arrows as (from, to) with from < to.
Layered layered(const std::vector<Size>& nodes,
                const std::vector<std::pair<std::size_t, std::size_t>>& arrows, double gap_across,
                double gap_down);

}  // namespace fovea::render
