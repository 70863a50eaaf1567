#pragma once

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

namespace fovea {

/// Digests a file on a thread of its own while it is still being written.
class Follower {
 public:
  explicit Follower(std::filesystem::path file) : file_(std::move(file)) {}
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Says that the file has its size, and that its first `bytes` bytes are final.
  void go_on_to(std::size_t bytes);
  /// Waits for the end of the file, which `go_on_to` was told of, and gives the file's identity
  /// `<sha256>:<xxh3-128>:<bytes>`. Throws `Error` where the file can't be read.
  std::string identity();

 private:
  void follow();
  /// Up to where the file is final, once that is past `done`; `done` itself when it is given up.
  std::size_t wait_beyond(std::size_t done);

  std::filesystem::path file_;
  std::mutex door_;  ///< to the members below
  std::condition_variable news_;
  std::size_t final_ = 0;
  bool given_up_ = false;
  std::string identity_;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace fovea
