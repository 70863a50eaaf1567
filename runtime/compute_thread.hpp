#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace fovea {

/// One thread that executes jobs, so that a library with its own thread pool, such as LibTorch's OpenMP, is
/// always called from the same thread. The destructor waits for the submitted jobs.
class ComputeThread {
 public:
  ComputeThread();
  ~ComputeThread();
  /// Queues a job. The job of the highest rank runs first, and of equal ranks the one submitted first.
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
