#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

/// What a program left: its exit code, or -1 where a signal ended it, and what it said.
struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

/// One run of the `fovea` program, started at once. It is killed and waited for where nobody did so before
/// the end of this object.
class Process {
 public:
  /// Starts `build/fovea` in a folder, with more environment variables as "NAME=value".
  Process(const std::filesystem::path& folder, std::vector<std::string> arguments,
          const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Sends SIGKILL, which no program can answer.
  void kill() const;
  /// Whether it has come to its end by itself or by a kill.
  bool ended() const;
  /// Waits for the end and gives what was left. To be called once.
  Outcome wait();

 private:
  pid_t process_ = -1;
  std::filesystem::path out_, err_;
};
