#pragma once

#include "graph/definition.hpp"

namespace fovea {

/// Unrolls the `each` of a definition and returns a definition without it. `each` is an object from settings
/// (in the form of `--set`) to lists of values that go together, as in {"seed": [0, 1, 2]}, or a list of such
/// objects, whose values are combined each with each. Every stage that a setting changes (`seed` changes the
/// random stages without a seed of their own), and every stage downstream of one, is copied once for each
/// value as `train_1`, `train_2` and so on, or once for each combination as `train_1_1`, `train_1_2`, with
/// one number for each object that applies; other stages are kept once. Each copy records its values in an
/// `each` of its own. An input that takes a list collects all copies, and so ends the unrolling; a parameter
/// declared by `of_each` receives their values. Throws `Error` that begins with the place in the given
/// definition.
Json unroll_each(const Json& definition, const Registry& registry);

/// Replaces every path among the values of `each` by the result of `change`.
void change_paths_in_each(Json& definition, const Registry& registry, const PathChange& change);

}  // namespace fovea
