#pragma once

#include "graph/json.hpp"
#include "stages/data/preprocessing.hpp"

namespace fovea {

/// Returns a preprocessing as JSON, with the names of the group `preprocessing` of a model's file:
/// {"height": 224, "width": 224, "channels": 3, "fit": "short_side", "crop_pct": 0.875, "interpolation":
/// "bilinear", "antialias": true, "fill": [124, 116, 104], "scale": 0.00392, "mean": [...], "std": [...]}.
Json preprocessing_json(const Preprocessing& how);

/// Reads it back. Throws `Error` that begins with `place` where it is none that could be carried out.
Preprocessing read_preprocessing(const Json& json, const std::string& place);

}  // namespace fovea
