#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

namespace fovea {

/// Digests a file on a thread of its own while the file is being written.
class Follower {
 public:
  explicit Follower(std::filesystem::path file) : file_(std::move(file)) {}
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Reports that the file has its final size, and that its first `bytes` bytes are final.
  void go_on_to(std::size_t bytes);
  /// Waits until the whole file, to the last byte reported by `go_on_to`, is digested and returns its
  /// identity `<sha256>:<xxh3-128>:<bytes>`. Throws `Error` if the file cannot be read.
  std::string identity();

 private:
  void follow();
  /// Returns the number of final bytes once it exceeds `done`; `done` itself if the file is given up.
  std::size_t wait_past(std::size_t done);

  std::filesystem::path file_;
  std::mutex mutex_;  ///< guards the members below
  std::condition_variable changed_;
  std::size_t final_ = 0;
  bool given_up_ = false;
  std::string identity_;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace fovea
