#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace fovea {

/// One thread that does jobs: whoever keeps threads of its own, as LibTorch's OpenMP does, meets the same
/// caller each time. Leaving waits for the jobs that were given.
class ComputeThread {
 public:
  ComputeThread();
  ~ComputeThread();
  /// Of the jobs that wait the one of the highest rank is next, and of those the one that came first.
  void submit(std::size_t rank, std::function<void()> job);

 private:
  void work();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::size_t, std::function<void()>, std::greater<>> jobs_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace fovea
