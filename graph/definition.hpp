#pragma once

#include "graph/graph.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// Makes a graph of a saved pipeline. Everything is checked before anything is done: unknown names, wrong
/// kinds, ranges, wires, cycles. Throws `Error` that begins with the place in the definition.
Graph read_definition(const Json& definition, const Registry& registry);

/// Puts `folder` before every relative path among the parameters; what is not a definition is left as it is.
void resolve_paths(Json& definition, const Registry& registry, const std::filesystem::path& folder);

/// The graph as a saved pipeline with every parameter written out; relative paths are taken from `folder`.
Json write_definition(const Graph& graph, const std::filesystem::path& folder = {});

/// Changes one parameter of a definition, as `train.learning_rate=0.002` or `train.schedule.type=constant`
/// says; `seed=3` and `name=x` change the pipeline itself. The value is JSON, or else text.
void apply_setting(Json& definition, const std::string& setting);

}  // namespace fovea
