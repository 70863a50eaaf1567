#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace fovea {

/// Handles SIGINT, SIGTERM and SIGHUP: they end the program at once with exit code 130, until `token` is
/// called. Must be created in `main` before any other thread, because it blocks these signals for all later
/// threads; signals that the caller ignores, as nohup does, stay ignored.
class Signals {
 public:
  Signals();
  ~Signals();
  /// Turns the first signal from now on into a stop request; a second SIGINT or SIGTERM ends the program at
  /// once. SIGPIPE no longer ends the program.
  std::stop_token token();

 private:
  void wait();

  std::stop_source source_;
  std::atomic<bool> token_requested_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace fovea
