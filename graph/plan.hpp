#pragma once

#include <functional>
#include <optional>

#include "graph/graph.hpp"
#include "graph/record.hpp"
#include "graph/sha256.hpp"

namespace fovea {

/// How far a stage has come that keeps its progress: whole rounds, as epochs, and steps of the next one.
struct Position {
  std::int64_t round = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// What is kept of a stage that is not finished: how far it has come, and with which numerics.
struct Progress {
  Position position;
  Json numerics = Json::object();
};

/// "epoch 4 of 10, step 812": the round that goes on and its steps so far; "epoch 4 of 10" right after the
/// third, and "the end of epoch 10 of 10" after the last.
std::string position_text(const Position& position, const Horizon& horizon);

/// What planning asks of the world; the functions must not compute anything.
struct World {
  /// The records of a key, one for each numerics, the newest last, whether or not their objects are there.
  std::function<std::vector<Record>(const std::string& stage, const std::string& key)> find;
  std::function<bool(const std::string& object)> has;
  std::function<bool(const std::string& object)> is_damaged;  ///< why it is not there, where that is known
  /// Of the records of a stage with that lineage, the one that was used last but `n`; null where there are
  /// no more.
  std::function<const Record*(const std::string& stage, const std::string& lineage, std::size_t n)> earlier;
  std::function<std::string(const std::filesystem::path&)> digest;  ///< of a file's bytes
  /// What decides the last digits of a node whose stage computes in a library, as {"threads": 2}.
  std::function<Json(const Node&)> numerics;
  /// The saved progress of a progress key, if it is not past so many rounds, and was made with the numerics
  /// `only` where these are given.
  std::function<std::optional<Progress>(const std::string& stage, const std::string& key, std::int64_t rounds,
                                        const std::optional<Json>& only)>
      progress;
};

/// What a stage reads, by name: the digest of each file's bytes, or, where there are many, one of all names
/// and digests of a folder. A path that ends in a slash is a folder, which counts by its name; names begin
/// below the first path's folder.
Json file_digests(const std::vector<std::filesystem::path>& files,
                  const std::function<std::string(const std::filesystem::path&)>& digest);

/// Everything that decides a node's result, once the identities of its inputs are known, one for each wire.
Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs, const World& world);

/// Everything that decides the last digits of a node's result: the versions of libraries, threads and the
/// like.
Json numerics_of(const Node& node, const World& world);

/// Of the records of a key, the newest last, the one to take: that with the numerics at hand, or else the
/// newest, unless only equal ones will do. Null where there is none.
const Record* choose(std::span<const Record> records, const Json& numerics, bool same_numerics);

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
  std::optional<Record> record;  ///< of a hit, and of a run that brings back what is lost
  std::string progress;          ///< of a partial: "epoch 3 of 10, step 812"
  std::string why;               ///< of a run
  std::string made_with;         ///< of a hit or partial with other numerics: in what they differ
  /// What it took last time, where it or its like ran before; of a partial, what is left of that.
  std::optional<double> seconds;
};

/// An output of a graph, by the numbers of its node and port.
struct Output {
  std::size_t node = 0;
  std::size_t port = 0;
  friend auto operator<=>(const Output&, const Output&) = default;
};

struct PlanOptions {
  std::vector<std::string> force{};  ///< nodes that run whatever is there
  std::vector<Output> wanted{};      ///< what is read when all is done, beside what is exported
  bool same_numerics = false;        ///< results that were made with other numerics don't count
};

/// Tells for each node, by number, whether its result is there already; computes nothing. A result that is
/// known but no longer there runs only where it is needed: it is exported or wanted, or a stage that runs
/// reads it.
std::vector<Planned> plan(const Graph& graph, const World& world, const PlanOptions& options = {});

}  // namespace fovea
