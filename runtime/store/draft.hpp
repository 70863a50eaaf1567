#pragma once

#include <filesystem>

#include "runtime/store/files.hpp"

namespace fovea {

/// A folder that is written aside and either moved into place or removed. Where several are written at once,
/// on this host or on others, each has its own.
class Draft {
 public:
  /// Makes it below `parent`, which is made where it is not there, under a hidden name that ends in
  /// ".partial"; removes those that were abandoned there. Throws `Error` where it can't be made.
  explicit Draft(const std::filesystem::path& parent);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Gives it its lasting name, or gives false where something is there already. Throws `Error` where it
  /// can't be moved there.
  bool move_to(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;
  Descriptor folder_;
};

}  // namespace fovea
