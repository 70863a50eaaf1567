#pragma once

#include "graph/graph.hpp"

namespace fovea {

/// Returns the lineage of each node, by number: a digest of its stage, its wires, its paths to data and the
/// stages upstream of it. Nodes that differ only in settings have equal lineages, unless a setting upstream
/// is a word, such as an architecture.
std::vector<std::string> lineages(const Graph& graph);

}  // namespace fovea
