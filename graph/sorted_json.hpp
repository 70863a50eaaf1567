#pragma once

#include "graph/json.hpp"

namespace fovea {

/// JSON whose keys are sorted: an object of very many keys takes no quadratic time.
using SortedJson = nlohmann::json;

/// Parses untrusted text as `parse_json` does, with the same limits and errors.
SortedJson parse_sorted_json(std::string_view text);

}  // namespace fovea
