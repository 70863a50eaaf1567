#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "graph/plan.hpp"
#include "runtime/store/artifact.hpp"

namespace fovea {

class Store;

/// The progress of one stage that is not finished: a few files in a folder of the store, each the whole state
/// of the stage at one position, so that a killed run goes on from the newest.
class Checkpoints {
 public:
  /// Progress under one progress key; what is past `rounds` rounds is not looked at.
  Checkpoints(Store& store, std::string stage, std::string key, std::int64_t rounds);

  /// Writes a state aside, syncs it, renames it into place, and removes all but the newest `keep` (at least
  /// 1).
  void save(const Codec& codec, const void* state, const Position& position, std::size_t keep);
  /// The newest whole state and its position, or nothing. Damaged ones are set aside with a warning.
  std::optional<std::pair<Item, Position>> newest(const Codec& codec);
  /// The position of the newest state whose bytes are whole, or nothing.
  std::optional<Position> position();
  /// Removes all but the newest `keep`, and what is past the end of this run is left for longer ones.
  void keep_only(std::size_t keep);
  void remove_all() { keep_only(0); }
  /// Whether a file that lies in a progress folder is a whole state; a damaged one is set aside with a
  /// warning.
  static bool is_whole(const Store& store, const std::filesystem::path& file);

 private:
  struct File;
  std::vector<File> files() const;
  Store& store_;
  std::filesystem::path folder_;
  std::int64_t rounds_;
};

}  // namespace fovea
