#pragma once

#include "graph/plan.hpp"
#include "render/shape.hpp"

namespace fovea {

/// Draws the pipeline as a diagram: a box for each stage, filled by the status of its result, and an arrow
/// for each wire, labelled with its output.
render::Drawing graph_drawing(const Graph& graph, const std::vector<Planned>& planned);

/// Draws the pipeline in the format of a file ending: ".svg", ".png", ".pdf", ".dot" (Graphviz) or ".txt".
/// Stages with a result in the store are marked. Throws `Error` that lists the endings for any other.
std::string draw_graph(const Graph& graph, const std::vector<Planned>& planned, const std::string& ending);

}  // namespace fovea
