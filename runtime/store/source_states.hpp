#pragma once

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// Returns the file attributes that change with the bytes, equal on all hosts: size, times and inode. Throws
/// `Error` if there is no such file.
Json file_state(const std::filesystem::path& file);

/// The states of all sources of a stage, at one moment.
class SourceStates {
 public:
  /// Reads the states of files, and of folders, whose paths end in a slash and of which the names count.
  explicit SourceStates(const std::vector<std::filesystem::path>& sources);
  /// Returns the first path whose state differs, or that only one of the two has; nothing if all are equal.
  std::optional<std::filesystem::path> first_difference(const SourceStates& other) const;
  /// Whether a file was so fresh that a later change may not change its times.
  bool fresh() const { return fresh_; }

 private:
  std::vector<std::pair<std::filesystem::path, Json>> states_;
  bool fresh_ = false;
};

}  // namespace fovea
