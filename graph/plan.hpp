#pragma once

#include <functional>
#include <optional>

#include "graph/graph.hpp"
#include "graph/sha256.hpp"

namespace fovea {

/// What is kept of a finished stage: what went in, what came out, and what it cost.
struct Record {
  std::string key;                   ///< SHA-256 of `parts`
  Json parts;                        ///< everything that decided the result
  std::vector<std::string> objects;  ///< identity of each output, by port
  double seconds = 0;
  std::string made;  ///< when, as 2026-01-31T12:00:00Z
  /// By port: the objects that its object refers to, without which it can't be read.
  std::vector<std::vector<std::string>> references;
};

/// How far a stage has come that keeps its progress: whole rounds, as epochs, and steps of the next one.
struct Position {
  std::int64_t round = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// "epoch 4 of 10, step 812": the round that goes on and its steps so far; "epoch 4 of 10" right after the
/// third, and "the end of epoch 10 of 10" after the last.
std::string position_text(const Position& position, const Horizon& horizon);

/// What planning asks of the world; the functions must not compute anything.
struct World {
  /// The record of a key, whether or not its objects are still there.
  std::function<std::optional<Record>(const std::string& stage, const std::string& key)> find;
  std::function<bool(const std::string& object)> has;
  std::function<std::vector<Record>(const std::string& stage)> earlier;  ///< newest last
  std::function<std::string(const std::filesystem::path&)> digest;       ///< of a file's bytes
  std::function<std::string(const std::string& library)> numerics;  ///< what decides how a library computes
  /// How far the saved progress of a progress key has come, if it is not past so many rounds.
  std::function<std::optional<Position>(const std::string& stage, const std::string& key,
                                        std::int64_t rounds)>
      progress;
};

/// What a stage reads, by name: the digest of each file's bytes, or, where there are many, one of all names
/// and digests of a folder. A path that ends in a slash is a folder, which counts by its name; names begin
/// below the first path's folder.
Json file_digests(const std::vector<std::filesystem::path>& files,
                  const std::function<std::string(const std::filesystem::path&)>& digest);

/// Everything that decides a node's result, once the identities of its inputs are known, one for each wire.
Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs, const World& world);

/// The key under which a node keeps its progress: that of its result, or, where a longer run goes on from a
/// shorter one, one that all lengths share.
std::string progress_key(const Node& node, const Json& parts);

enum class Status {
  hit,      ///< its result is there, or is known and not needed
  partial,  ///< it goes on from saved progress
  run,
};

/// What will happen to one node, and why.
struct Planned {
  Status status = Status::run;
  std::optional<Record> record;   ///< of a hit, and of a run that brings back what is lost
  std::string progress;           ///< of a partial: "epoch 3 of 10, step 812"
  std::string why;                ///< of a run
  std::optional<double> seconds;  ///< what it took last time, where it ran before
};

/// Tells for each node, by number, whether its result is there already; computes nothing. A result that is
/// known but no longer there runs only where it is needed: it is exported, or a stage that runs reads it.
/// `force` names nodes that run whatever is there.
std::vector<Planned> plan(const Graph& graph, const World& world, const std::vector<std::string>& force = {});

}  // namespace fovea
