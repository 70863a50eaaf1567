#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <thread>

namespace fovea {

/// The right to compute one key, held by one holder at a time across processes. It is a lock on a file, which
/// the system lets go when the process dies, however it dies.
class Lease {
 public:
  /// Takes it, or gives nothing where somebody holds it now; `holder` is told who, as "process 12 on host".
  /// Throws `Error` where the file can't be made.
  static std::optional<Lease> take(const std::filesystem::path& file, std::string& holder);
  /// Lets it go and removes the file.
  ~Lease();
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;

  /// Tells everybody that a run has begun, as long as it is held: see `runs_since`.
  static Lease of_run(const std::filesystem::path& folder);
  /// When the first of all runs began that are not over yet, in this process and all others.
  static std::optional<std::filesystem::file_time_type> runs_since(const std::filesystem::path& folder);
  /// Whether a file is that of a lease whose holder died.
  static bool is_left(const std::filesystem::path& file);
  /// Removes the files of leases whose holders died.
  static void remove_abandoned(const std::filesystem::path& folder);

 private:
  Lease(std::filesystem::path file, int descriptor);
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::jthread touches_;  ///< the file now and then, so that others see that it is held
};

}  // namespace fovea
