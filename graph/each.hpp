#pragma once

#include "graph/definition.hpp"

namespace fovea {

/// Unrolls a definition whose `each` gives settings (in the form of `--set`) lists of values that go
/// together, as in {"seed": [0, 1, 2]}, or is a list of such objects, whose values are combined each with
/// each. Every stage on which a setting bears (for `seed`: that is random and has no seed of its own), and
/// every stage behind one, stands once for each value as `train_1`, `train_2` and so on, or once for each
/// combination as `train_1_1`, `train_1_2`, a number for each object that bears on it; the others stand once.
/// Each copy says as its own `each` which values it stands for. An input that takes a list collects all of
/// them, and so ends the unrolling; a parameter that is declared `of_each` takes their values. Gives a
/// definition without `each`; throws `Error` that begins with the place in the one that was given.
Json unroll_each(const Json& definition, const Registry& registry);

/// Puts what `change` makes of each path among the values of `each` in its place.
void change_paths_in_each(Json& definition, const Registry& registry, const PathChange& change);

}  // namespace fovea
