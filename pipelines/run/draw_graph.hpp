#pragma once

#include "graph/plan.hpp"
#include "render/shape.hpp"

namespace fovea {

/// The pipeline as a diagram: a box for each stage, filled by whether its result is there, and an arrow for
/// each wire, labelled with the output that it carries.
render::Drawing graph_drawing(const Graph& graph, const std::vector<Planned>& planned);

/// The pipeline as a picture or text, by the ending of a file's name: ".svg", ".png", ".pdf", ".dot"
/// (Graphviz) or ".txt". Stages whose result is there are marked. Throws `Error` that names the endings where
/// it is another.
std::string draw_graph(const Graph& graph, const std::vector<Planned>& planned, const std::string& ending);

}  // namespace fovea
