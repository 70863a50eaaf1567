#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

namespace fovea {

/// Takes up again what had to be put off: first after 20 ms, then after longer and longer, at most 1 s; all
/// at once where leaving is asked for. Nothing is left over in the end: whoever puts something off waits
/// until it was taken up for the last time.
class Retries {
 public:
  /// `again` is called on a thread of this object's own, with what was put off.
  Retries(std::stop_token stop, std::function<void(std::size_t)> again);
  ~Retries();
  /// Puts something off, which may have been put off before.
  void put_off(std::size_t what);
  /// How long it is put off for the `times`th time, from 1, without the jitter that keeps processes apart.
  static std::chrono::milliseconds pause(std::size_t times);

 private:
  void work();
  std::function<void(std::size_t)> again_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, std::size_t> due_;
  std::map<std::size_t, std::size_t> times_;  ///< that each was put off
  bool leaving_ = false, closed_ = false;
  std::stop_callback<std::function<void()>> leaves_;
  std::thread thread_;
};

}  // namespace fovea
