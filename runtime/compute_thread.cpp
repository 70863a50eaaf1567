#include "runtime/compute_thread.hpp"

#include <utility>

#include "runtime/threads.hpp"

namespace fovea {

ComputeThread::ComputeThread() : thread_(start_thread([this] { work(); })) {}

ComputeThread::~ComputeThread() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ComputeThread::submit(std::size_t rank, std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.emplace(rank, std::move(job));
  }
  changed_.notify_one();
}

void ComputeThread::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const auto job = std::move(jobs_.extract(jobs_.begin()).mapped());
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace fovea
