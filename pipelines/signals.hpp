#pragma once

#include <stop_token>
#include <thread>

namespace fovea {

/// Turns SIGINT and SIGTERM into a request to stop; the second one leaves at once with exit code 130. Made in
/// `main` before any other thread, because it blocks these signals for all threads that come after.
class Signals {
 public:
  Signals();
  ~Signals();
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::thread waits_;
};

}  // namespace fovea
