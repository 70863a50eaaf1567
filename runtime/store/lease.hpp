#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace fovea {

/// The right to compute one key, held by one holder at a time across processes. It is a lock on a file, which
/// the system lets go when the process dies, however it dies.
class Lease {
 public:
  /// Waits until nobody else holds it; `waiting` is told once who does, as "process 12 on host". Throws
  /// `Stopped` where it is asked to leave meanwhile, and `Error` where the file can't be made.
  Lease(std::filesystem::path file, const std::stop_token& stop,
        const std::function<void(const std::string& holder)>& waiting);
  /// Lets it go and removes the file.
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Tells everybody that a run has begun, as long as it is held: see `runs_since`.
  static Lease of_run(const std::filesystem::path& folder);
  /// When the first of all runs began that are not over yet, in this process and all others.
  static std::optional<std::filesystem::file_time_type> runs_since(const std::filesystem::path& folder);
  /// Removes the files of leases whose holders died.
  static void remove_abandoned(const std::filesystem::path& folder);

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace fovea
