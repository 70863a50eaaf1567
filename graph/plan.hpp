#pragma once

#include <functional>
#include <optional>

#include "graph/graph.hpp"
#include "graph/record.hpp"
#include "graph/sha256.hpp"

namespace fovea {

/// The position of saved progress: completed rounds, such as epochs, and steps of the next one.
struct Position {
  std::int64_t round = 0;
  std::int64_t step = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// The saved progress of an unfinished stage: its position and its numerics.
struct Progress {
  Position position;
  Json numerics = Json::object();
};

/// Returns a position in words. "epoch 4 of 10, step 812" gives the current round and its completed steps;
/// the text is "epoch 4 of 10" right after the third round, and "the end of epoch 10 of 10" after the last.
std::string position_text(const Position& position, const Horizon& horizon);

/// The facts that planning needs from the store and the file system; the functions must not compute anything.
struct World {
  /// Returns the records of a key, one for each numerics, newest last, whether or not their objects are in
  /// the store.
  std::function<std::vector<Record>(const std::string& stage, const std::string& key)> find;
  std::function<bool(const std::string& object)> has;
  std::function<bool(const std::string& object)> is_damaged;  ///< whether a lost object is damaged
  /// Returns the record of that stage and lineage that was used last, but `n`; null if there are no more.
  std::function<const Record*(const std::string& stage, const std::string& lineage, std::size_t n)> earlier;
  std::function<std::string(const std::filesystem::path&)> digest;  ///< returns a file's digest
  /// Returns the settings that decide the last digits of a node whose stage computes in a library, as
  /// {"threads": 2}.
  std::function<Json(const Node&)> numerics;
  /// Returns the saved progress of a progress key that is at most `rounds` rounds far, and that was made with
  /// the numerics `only` if these are given.
  std::function<std::optional<Progress>(const std::string& stage, const std::string& key, std::int64_t rounds,
                                        const std::optional<Json>& only)>
      progress;
};

/// Returns the digests of the files that a stage reads, by name: one of each file's bytes, or, if there are
/// many, one of all names and digests of a folder. A path that ends in a slash is a folder, of which only the
/// name counts. Names are relative to the folder of the first path.
Json file_digests(const std::vector<std::filesystem::path>& files,
                  const std::function<std::string(const std::filesystem::path&)>& digest);

/// Returns everything that decides a node's result, given the identities of its inputs, one for each wire.
Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs, const World& world);

/// Returns everything that decides the last digits of a node's result: versions of libraries, threads and the
/// like.
Json numerics_of(const Node& node, const World& world);

/// Chooses among the records of a key, newest last: the one with the numerics at hand, or else the newest,
/// unless `same_numerics` is set. Null if there is none.
const Record* choose(std::span<const Record> records, const Json& numerics, bool same_numerics);

/// Returns the key of a node's saved progress: the key of its result, or, if a longer run goes on from a
/// shorter one, a key that all lengths share.
std::string progress_key(const Node& node, const Json& parts);

enum class Status {
  hit,      ///< the result is in the store, or is known and not needed
  partial,  ///< the run resumes from saved progress
  run,
};

/// The planned status of one node, and the reason.
struct Planned {
  Status status = Status::run;
  std::optional<Record> record;  ///< for a hit, and for a run that restores a lost result
  std::string progress;          ///< for a partial: "epoch 3 of 10, step 812"
  std::string why;               ///< for a run: the reason
  std::string made_with;         ///< for a hit or partial with other numerics: the difference
  /// The expected seconds, from the last run of this node or a similar one; for a partial, the seconds that
  /// are left.
  std::optional<double> seconds;
};

/// An output of a graph, given by the numbers of its node and port.
struct Output {
  std::size_t node = 0;
  std::size_t port = 0;
  friend auto operator<=>(const Output&, const Output&) = default;
};

struct PlanOptions {
  std::vector<std::string> force{};  ///< nodes that run whatever is there
  bool same_numerics = false;        ///< results that were made with other numerics don't count
};

/// Tells for each node, by number, whether its result is there already; computes nothing. A result that is
/// known but no longer there runs only where it is needed: it is exported or tracked, or a stage that runs
/// reads it.
std::vector<Planned> plan(const Graph& graph, const World& world, const PlanOptions& options = {});

/// The outputs that are read when all has run: those that are exported or tracked.
std::vector<Output> read_after_run(const Graph& graph);

/// The records of a plan that has nothing to run, by node. Throws `Error` that names the first stage whose
/// result is not there.
std::vector<Record> records_of(const Graph& graph, const std::vector<Planned>& planned);

}  // namespace fovea
