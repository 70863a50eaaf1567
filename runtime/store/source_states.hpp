#pragma once

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// What the system says of a file that changes when its bytes do, the same from all hosts that see it: size,
/// times and inode. Throws `Error` where there is no such file.
Json file_state(const std::filesystem::path& file);

/// The states of all that a stage reads, at one moment.
class SourceStates {
 public:
  /// Of files and of folders, which end in a slash and count by their name.
  explicit SourceStates(const std::vector<std::filesystem::path>& sources);
  /// The first of both that is not the same in both, or is in one of them only; nothing where all are equal.
  std::optional<std::filesystem::path> first_difference(const SourceStates& other) const;
  /// Whether a file was so fresh then that it may have changed since without its times telling.
  bool fresh() const { return fresh_; }

 private:
  std::vector<std::pair<std::filesystem::path, Json>> states_;
  bool fresh_ = false;
};

}  // namespace fovea
