#pragma once

#include "stages/model/model.hpp"

namespace fovea::own {

/// Adds the networks of these tests, once: "two_layers", "toy_module" (toy::specification without dropout),
/// "restless" (dropout, a running statistic and a counter of its own), and some that are refused.
void add_networks();

/// Returns a model as a module of one's own, with its weights by name.
Model as_module(const Model& of_layers, const std::string& module);

/// Returns an untrained network for images of 8 x 8 pixels and 3 classes.
Model begun(const std::string& module, const Json& settings = Json::object(), std::uint64_t seed = 1);

}  // namespace fovea::own
