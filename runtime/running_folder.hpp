#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/lease.hpp"

namespace fovea {

/// Throws `Error` that begins with the fact unless `<name>_<time>` can name a folder, with any suffix that a
/// run appends: letters, digits and marks but "/", at most 128 bytes of UTF-8, no leading "." or "-".
void expect_run_name(const std::string& name);

/// Returns the local time as in the name of a run directory: "20260131_120000".
std::string time_for_names();

/// The folder of a run in progress, `<output_dir>/<name>_<time>.running`, which no other run shares. It holds
/// the growing `run.log` and the live files of stages. A killed process leaves its folder until the next run
/// in `output_dir` finds it.
class RunningFolder {
 public:
  /// Creates the folder. Folders of killed runs are first renamed as failed ones, or removed if they are
  /// empty. Throws `Error` if the folder cannot be created.
  RunningFolder(const std::filesystem::path& output_dir, const std::string& name);
  /// Removes the folder, and `output_dir` too if it was created for the folder and is empty.
  ~RunningFolder();
  RunningFolder(const RunningFolder&) = delete;
  RunningFolder& operator=(const RunningFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Renames the folder to `<name>_<time>.failed` and returns the new path; throws `Error` if that fails.
  std::filesystem::path keep_as_failed();
  /// The new paths of the folders that killed runs left.
  const std::vector<std::filesystem::path>& kept_of_killed() const { return kept_of_killed_; }

 private:
  void remove() const;
  std::filesystem::path output_dir_;
  std::filesystem::path path_;
  bool created_output_dir_ = false;
  std::optional<Lease> lease_;  ///< a lock that shows other processes that the folder is in use
  std::vector<std::filesystem::path> kept_of_killed_;
};

}  // namespace fovea
