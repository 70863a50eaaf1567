#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace fovea {

/// The topological order of a directed graph, or one of its cycles if it has no such order.
struct Order {
  std::vector<std::size_t>
      order;  ///< every node after the nodes it depends on; ties by number; empty if there is a cycle
  std::vector<std::size_t>
      cycle;  ///< the nodes of one cycle in the direction of the arrows; empty if there is none
};

/// Orders the nodes 0 to `count` - 1 by arrows (from, to). Equal graphs get equal orders.
Order topological_order(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& arrows);

}  // namespace fovea
