#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

namespace fovea {

/// Retries postponed items with exponential backoff: first after 20 ms, then after longer pauses, at most 1
/// s; all at once after a stop request. The owner must wait for the last retry of every item before it
/// destroys the object.
class Retries {
 public:
  /// The callback `again` receives each item on a thread of this object.
  Retries(std::stop_token stop, std::function<void(std::size_t)> again);
  ~Retries();
  /// Postpones an item, which may have been postponed before.
  void put_off(std::size_t item);
  /// Returns the pause before retry number `times`, counted from 1, without the random jitter.
  static std::chrono::milliseconds pause(std::size_t times);

 private:
  void work();
  std::function<void(std::size_t)> again_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::size_t> due_;
  std::map<std::size_t, std::size_t> times_;  ///< the number of retries of each item
  bool stopping_ = false, closed_ = false;
  std::stop_callback<std::function<void()>> stop_callback_;
  std::thread thread_;
};

}  // namespace fovea
