#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// What `fovea val` is asked for.
struct ScoringRequest {
  std::filesystem::path model;  ///< a model file
  std::string data;             ///< a name or path of other data; "" = the data of the model's run
  std::string part;             ///< "test", "validation" or "all"; "" = the test part, and all of other data
  std::string precision;        ///< of the stage `predict`; "" = that of the run
  bool figures = false;
};

/// Returns the graph that scores a model on images: what gives them, `load_model`, `predict`, `evaluate`, and
/// the figures of those if they are wanted. Data and settings are those of the run directory that the model
/// lies in. Other data may have the model's classes in any order, and only some of them. Throws `Error` where
/// the run is not known, or other data has a class that the model does not know.
Graph scoring_graph(const ScoringRequest& request, const Registry& registry);

}  // namespace fovea
