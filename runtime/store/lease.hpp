#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace fovea {

/// The right to compute one key, held by one holder at a time across processes: a lock on a file, which the
/// system releases when the process dies.
class Lease {
 public:
  /// Takes the lease, or returns nothing if it is held; `holder` is then set to the holder, as "process 12 on
  /// host". Throws `Error` if the file cannot be created.
  static std::optional<Lease> take(const std::filesystem::path& file, std::string& holder);
  /// Releases the lease and removes the file.
  ~Lease();
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;

  /// Takes a lease that marks a run as active while it is held: see `runs_since`.
  static Lease of_run(const std::filesystem::path& folder);
  /// Returns the start of the oldest active run, in this process or any other.
  static std::optional<std::filesystem::file_time_type> runs_since(const std::filesystem::path& folder);
  /// Whether a file is the lease of a holder that died.
  static bool is_left(const std::filesystem::path& file);
  /// Removes the leases of holders that died.
  static void remove_abandoned(const std::filesystem::path& folder);

 private:
  Lease(std::filesystem::path file, int descriptor);
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::jthread heartbeat_;  ///< updates the file's time, so that other hosts see that the lease is held
};

}  // namespace fovea
