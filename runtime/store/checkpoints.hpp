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

/// The progress of one stage that is not finished: a few files in a folder of the store, each the whole state
/// of the stage at one position, so that a killed run goes on from the newest.
class Checkpoints {
 public:
  /// Progress under one progress key; what is past `rounds` rounds is not looked at. What is saved here is
  /// made with these numerics; what was made with others is looked at unless `same_numerics`. The warnings
  /// until then are saved with a state, and given again when the stage goes on from it.
  Checkpoints(Store& store, std::string stage, std::string key, std::int64_t rounds, Json numerics,
              bool same_numerics = false, Warnings* warnings = nullptr);

  /// Writes a state aside, syncs it, renames it into place, and removes all but the newest `keep` (at least
  /// 1).
  void save(const Codec& codec, const void* state, const Position& position, std::size_t keep);
  /// The newest whole state and its position, or nothing: what the stage then goes on from. Damaged ones, and
  /// those that the codec or `expect_fits` refuses with an `Error`, are set aside with a warning; those of a
  /// newer program are left there with one.
  std::optional<std::pair<Item, Position>> newest(
      const Codec& codec, const std::function<void(const void* state)>& expect_fits = {});
  /// Where the stage went on from, once it has asked for the newest.
  std::optional<Position> went_on_from() const { return from_; }
  /// Seconds that the stage took until now, with those before it was interrupted.
  double seconds() const;
  /// The numerics of what is made here: with those before it, once the stage has gone on from their progress.
  const Json& numerics() const { return numerics_; }
  /// The newest state whose bytes are whole: its position and numerics; or nothing.
  std::optional<Progress> progress() const;
  /// Removes all but the newest `keep`, and what is past the end of this run is left for longer ones.
  void keep_only(std::size_t keep);
  void remove_all() { keep_only(0); }
  /// Whether a file that lies in a progress folder is a whole state; a damaged one is set aside with a
  /// warning.
  static bool is_whole(const Store& store, const std::filesystem::path& file);

 private:
  struct File;
  std::vector<File> files() const;
  /// Whether a file is whole and `read` finds in it what it wants; else it is set aside.
  bool could_read(const File& file, const std::function<void(const H5Reader&)>& read) const;
  Store& store_;
  std::filesystem::path folder_;
  std::int64_t rounds_;
  Json numerics_;
  Warnings* warnings_;               ///< null where nobody asks for them
  std::optional<std::string> only_;  ///< the digest of the only numerics that are looked at
  std::optional<Position> from_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double seconds_before_ = 0;  ///< that the state which it went on from had taken
};

}  // namespace fovea
