#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace fovea {

/// One thread that does jobs in the order they come: whoever keeps threads of its own, as LibTorch's OpenMP
/// does, meets the same caller each time. Leaving waits for the jobs that were given.
class ComputeThread {
 public:
  ComputeThread();
  ~ComputeThread();
  void submit(std::function<void()> job);

 private:
  void work();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace fovea
