#pragma once

#include <filesystem>

#include "runtime/store/files.hpp"

namespace fovea {

/// A temporary folder that is either renamed into place or removed. Concurrent drafts, on this host or
/// others, have distinct names.
class Draft {
 public:
  /// Creates the folder, with a hidden name that ends in ".partial", below `parent`, which is created if it
  /// does not exist; removes abandoned drafts there. Throws `Error` if the folder cannot be created.
  explicit Draft(const std::filesystem::path& parent);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Renames the folder to its final path, or returns false if the path exists. Throws `Error` if it cannot
  /// be renamed.
  bool move_to(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
  Descriptor folder_;
};

}  // namespace fovea
