#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/store/lease.hpp"

namespace fovea {

/// Checks that `<name>_<time>` can be a folder, whatever stands behind it for a while: letters, digits and
/// marks but "/", at most 128 bytes of UTF-8, no "." or "-" in front. Throws `Error` that begins with the
/// fact.
void expect_run_name(const std::string& name);

/// The time now and here, as in the name of a run directory: "20260131_120000".
std::string time_for_names();

/// The folder of a run while it is under way, `<output_dir>/<name>_<time>.running`, which no other run has:
/// `run.log` grows in it, and stages show how they get on. A process that is killed leaves it there, until
/// the next run in `output_dir` finds it.
class RunningFolder {
 public:
  /// Makes it, after those that killed runs left there were kept as failed ones, or removed where nothing is
  /// in them. Throws `Error` where it can't be made.
  RunningFolder(const std::filesystem::path& output_dir, const std::string& name);
  /// Removes it, and `output_dir` too where that was made for it and holds nothing else.
  ~RunningFolder();
  RunningFolder(const RunningFolder&) = delete;
  RunningFolder& operator=(const RunningFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Keeps it under the name `<name>_<time>.failed`, which it gives; throws `Error` where that can't be.
  std::filesystem::path keep_as_failed();
  /// Under which names those that killed runs left are kept now.
  const std::vector<std::filesystem::path>& kept_of_killed() const { return kept_of_killed_; }

 private:
  void remove() const;
  std::filesystem::path output_dir_;
  std::filesystem::path path_;
  bool made_output_dir_ = false;
  std::optional<Lease> lease_;  ///< on a file in it, so that others see that it is in use
  std::vector<std::filesystem::path> kept_of_killed_;
};

}  // namespace fovea
