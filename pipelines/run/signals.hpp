#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace fovea {

/// What becomes of SIGINT, SIGTERM and SIGHUP: they end the program at once with exit code 130, until
/// somebody asks for the token. Made in `main` before any other thread, because it blocks these signals for
/// all threads that come after; those that the caller had ignored, as nohup does, stay ignored.
class Signals {
 public:
  Signals();
  ~Signals();
  /// Turns the first signal from now on into a request to stop; a second SIGINT or SIGTERM leaves at once.
  /// Output that nobody reads any more ends the program no longer.
  std::stop_token token();

 private:
  void wait();

  std::stop_source source_;
  std::atomic<bool> awaited_ = false;
  std::atomic<bool> ends_ = false;
  std::thread waits_;
};

}  // namespace fovea
