#pragma once

#include "graph/graph.hpp"

namespace fovea {

/// What each node does, in short, by number: its stage, and what stands before it. Nodes that differ in
/// settings only have equal lineages; nodes behind other stages, other wires, other paths to data, or stages
/// of another kind (settings that are words, such as an architecture) have not.
std::vector<std::string> lineages(const Graph& graph);

}  // namespace fovea
