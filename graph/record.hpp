#pragma once

#include <string>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// The record of a finished stage: its inputs, outputs, cost and numerics.
struct Record {
  std::string key;                   ///< SHA-256 of `parts`
  Json parts;                        ///< everything that decided the result, except the numerics
  std::vector<std::string> objects;  ///< the identity of each output, by port
  double seconds = 0;
  std::string made;  ///< time of completion, as 2026-01-31T12:00:00Z
  /// By port: the objects that its object refers to and cannot be read without.
  std::vector<std::vector<std::string>> references;
  /// The settings that decided the last digits, as {"threads": 2}; a list of them, in order, if the stage
  /// resumed from progress with other numerics.
  Json numerics = Json::object();
  std::string lineage;                ///< the lineage of the node that was computed
  std::vector<std::string> warnings;  ///< the warnings of its stage
};

/// Returns how the numerics of a record differ from others, as "threads 2, without cuda"; "" if they are
/// equal.
std::string made_with(const Json& numerics, const Json& here);

/// Returns numerics in words: "threads 2, vectors avx512".
std::string numerics_text(const Json& numerics);

/// Returns a digest of numerics that is short enough for a file name.
std::string numerics_digest(const Json& numerics);

/// Returns the numerics of a stage that resumed from progress with numerics `before`: a list of both if they
/// differ.
Json joined_numerics(const Json& before, const Json& now);

}  // namespace fovea
