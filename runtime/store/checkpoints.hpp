#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "graph/plan.hpp"
#include "runtime/store/artifact.hpp"

namespace fovea {

class Store;
class Warnings;

/// The checkpoints of one unfinished stage: a few files in a folder of the store, each the whole state of the
/// stage at one position, so that a killed run resumes from the newest.
class Checkpoints {
 public:
  /// The checkpoints of one progress key; those past `rounds` rounds are ignored. New checkpoints have the
  /// given numerics; those with other numerics are used unless `same_numerics` is set. The stage's warnings
  /// are saved with each state, and repeated when the stage resumes from it.
  Checkpoints(Store& store, std::string stage, std::string key, std::int64_t rounds, Json numerics,
              bool same_numerics = false, Warnings* warnings = nullptr);

  /// Writes a state to a temporary file, syncs it, renames it into place, and removes all but the newest
  /// `keep` (at least 1).
  void save(const Codec& codec, const void* state, const Position& position, std::size_t keep);
  /// Returns the newest valid state and its position, or nothing; the stage resumes from it. Damaged states,
  /// and states that the codec or `expect_fits` refuses with an `Error`, are quarantined with a warning;
  /// states of a newer program are skipped with a warning.
  std::optional<std::pair<Item, Position>> newest(
      const Codec& codec, const std::function<void(const void* state)>& expect_fits = {});
  /// The position that the stage resumed from, after a call of `newest`.
  std::optional<Position> went_on_from() const { return resumed_from_; }
  /// The seconds that the stage has taken so far, including those before an interruption.
  double seconds() const;
  /// The numerics of new checkpoints, including those of the progress that the stage resumed from.
  const Json& numerics() const { return numerics_; }
  /// Returns the position and numerics of the newest undamaged state, or nothing.
  std::optional<Progress> progress() const;
  /// Removes all but the newest `keep`. Checkpoints past the end of this run are kept for longer runs.
  void keep_only(std::size_t keep);
  void remove_all() { keep_only(0); }
  /// Whether a file in a progress folder is undamaged; a damaged one is quarantined with a warning.
  static bool is_whole(const Store& store, const std::filesystem::path& file);

 private:
  struct File;
  std::vector<File> files() const;
  /// Whether a file is undamaged and `read` accepts it; otherwise it is quarantined.
  bool could_read(const File& file, const std::function<void(const H5Reader&)>& read) const;
  Store& store_;
  std::filesystem::path folder_;
  std::int64_t rounds_;
  Json numerics_;
  Warnings* warnings_;               ///< null if warnings are not collected
  std::optional<std::string> only_;  ///< the digest of the only accepted numerics
  std::optional<Position> resumed_from_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double seconds_before_ = 0;  ///< the seconds of the state that the stage resumed from
};

}  // namespace fovea
