#pragma once

#include <functional>

#include "graph/graph.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// How many stages a definition may have, once its `each` is unrolled.
inline constexpr std::size_t max_stages = 10'000;

/// Makes a graph of a saved pipeline; `each` is unrolled. Everything is checked before anything is done:
/// unknown names, wrong kinds, ranges, wires, cycles. Throws `Error` that begins with the place in the
/// definition.
Graph read_definition(const Json& definition, const Registry& registry);

/// Reads a whole number from 0 upwards; throws `Error` that begins with the place.
Seed read_seed(const Json& json, const std::string& place);

/// Puts `folder` before every relative path among the parameters; what is not a definition is left as it is.
void resolve_paths(Json& definition, const Registry& registry, const std::filesystem::path& folder);
/// Puts what `change` makes of each path among the parameters in its place.
using PathChange = std::function<std::filesystem::path(const std::filesystem::path&)>;
void change_paths(Json& definition, const Registry& registry, const PathChange& change);
/// The same among parameters of one stage.
void change_paths_in(Json& params, const std::vector<FieldInfo>& fields, const PathChange& change);

/// The graph as a saved pipeline with every parameter written out; relative paths are taken from `folder`.
Json write_definition(const Graph& graph, const std::filesystem::path& folder = {});

}  // namespace fovea
