#pragma once

#include <functional>

#include "graph/graph.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// The largest number of stages that a definition may have after its `each` is unrolled.
inline constexpr std::size_t max_stages = 10'000;

/// Builds a graph from a saved pipeline and unrolls its `each`. Checks unknown names, wrong kinds, ranges,
/// wires and cycles before it returns. Throws `Error` that begins with the place in the definition.
Graph read_definition(const Json& definition, const Registry& registry);

/// Reads a whole number from 0 upwards; throws `Error` that begins with the place.
Seed read_seed(const Json& json, const std::string& place);

/// Prefixes every relative path among the parameters with `folder`. JSON that is no definition stays as it
/// is.
void resolve_paths(Json& definition, const Registry& registry, const std::filesystem::path& folder);
/// A function from an old path to the new one.
using PathChange = std::function<std::filesystem::path(const std::filesystem::path&)>;
/// Replaces every path among the parameters by the result of `change`.
void change_paths(Json& definition, const Registry& registry, const PathChange& change);
/// Replaces every path among the parameters of one stage by the result of `change`.
void change_paths_in(Json& params, const std::vector<FieldInfo>& fields, const PathChange& change);

/// Returns the graph as a saved pipeline with every parameter written out; relative paths are prefixed with
/// `folder`.
Json write_definition(const Graph& graph, const std::filesystem::path& folder = {});

}  // namespace fovea
