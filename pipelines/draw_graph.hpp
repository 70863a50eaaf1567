#pragma once

#include "graph/plan.hpp"

namespace fovea {

/// The pipeline as a picture or text, by the ending of a file's name: ".svg", ".png", ".pdf", ".dot"
/// (Graphviz) or ".txt". Stages whose result is there are marked. Throws `Error` that names the endings where
/// it is another.
std::string draw_graph(const Graph& graph, const std::vector<Planned>& planned, const std::string& ending);

}  // namespace fovea
