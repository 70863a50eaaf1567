#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace fovea {

/// How a process ended.
struct ProcessEnd {
  int code = 0;    ///< its exit code; 127 where there is no such program
  int signal = 0;  ///< the number of the signal that killed it, or 0
};

/// A program in a process of its own, which is killed when a stop is requested. It ignores SIGINT, SIGTERM
/// and SIGHUP, which a terminal sends to all its processes: this program alone answers them.
class ChildProcess {
 public:
  /// Starts a program, by its path or a name in PATH, with its arguments. What it says on stderr is appended
  /// to the file `errors`, where one is given.
  ChildProcess(std::vector<std::string> line, const std::stop_token& stop,
               const std::filesystem::path& errors = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void kill() const;
  /// Waits for its end, once. Throws `Stopped` where a stop is requested.
  ProcessEnd wait();

 private:
  pid_t process_;
  std::stop_token stop_;
  std::optional<std::stop_callback<std::function<void()>>> end_;
};

/// Returns a path of this program, for a process that it starts.
std::string this_program();

}  // namespace fovea
