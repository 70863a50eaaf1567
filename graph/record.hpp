#pragma once

#include <string>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// What is kept of a finished stage: what went in, what came out, what it cost, and how it was computed.
struct Record {
  std::string key;                   ///< SHA-256 of `parts`
  Json parts;                        ///< everything that decided the result, but for its last digits
  std::vector<std::string> objects;  ///< identity of each output, by port
  double seconds = 0;
  std::string made;  ///< when, as 2026-01-31T12:00:00Z
  /// By port: the objects that its object refers to, without which it can't be read.
  std::vector<std::vector<std::string>> references;
  /// What decided its last digits, as {"threads": 2}; a list of such, in order, where it went on from
  /// progress that was made with others.
  Json numerics = Json::object();
  std::string lineage;                ///< that of the node which it was made for
  std::vector<std::string> warnings;  ///< that its stage gave
};

/// "threads 2, without cuda": in what the numerics of a record differ from others, in a few words; "" where
/// they are equal.
std::string made_with(const Json& numerics, const Json& here);

/// "threads 2, vectors avx512": numerics as people read them.
std::string numerics_text(const Json& numerics);

/// A digest of numerics that is short enough for the name of a file.
std::string numerics_digest(const Json& numerics);

/// The numerics of what goes on from progress with numerics `before`: both where they differ.
Json joined_numerics(const Json& before, const Json& now);

}  // namespace fovea
