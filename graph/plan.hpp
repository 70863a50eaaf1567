#pragma once

#include <functional>
#include <optional>

#include "graph/graph.hpp"

namespace fovea {

/// SHA-256 of the bytes, in hex.
std::string sha256(std::string_view bytes);

/// What is kept of a finished stage: what went in, what came out, and what it cost.
struct Record {
  std::string key;                   ///< SHA-256 of `parts`
  Json parts;                        ///< everything that decided the result
  std::vector<std::string> objects;  ///< identity of each output, by port
  double seconds = 0;
  std::string made;  ///< when, as 2026-01-31T12:00:00Z
};

/// What planning asks of the world; the functions must not compute anything.
struct World {
  std::function<std::optional<Record>(const std::string& stage, const std::string& key)> find;
  std::function<std::vector<Record>(const std::string& stage)> earlier;  ///< newest last
  std::function<std::string(const std::filesystem::path&)> digest;       ///< of a file's bytes
  std::function<std::string(const std::string& library)> numerics;  ///< what decides how a library computes
};

/// Everything that decides a node's result, once the identities of its inputs are known.
Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs, const World& world);

enum class Status { hit, run };

/// What will happen to one node, and why.
struct Planned {
  Status status = Status::run;
  std::optional<Record> record;   ///< of a hit
  std::string why;                ///< of a run
  std::optional<double> seconds;  ///< what it took last time, where it ran before
};

/// Tells for each node, by number, whether its result is there already; computes nothing.
/// `force` names nodes that run whatever is there.
std::vector<Planned> plan(const Graph& graph, const World& world, const std::vector<std::string>& force = {});

}  // namespace fovea
