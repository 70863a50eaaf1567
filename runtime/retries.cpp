#include "runtime/retries.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace fovea {

using Clock = std::chrono::steady_clock;

Retries::Retries(std::stop_token stop, std::function<void(std::size_t)> again)
    : again_(std::move(again)),
      stop_callback_(std::move(stop),
                     [this] {
                       const std::lock_guard lock(mutex_);
                       stopping_ = true;
                       changed_.notify_one();
                     }),
      thread_([this] { work(); }) {}

Retries::~Retries() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Retries::put_off(std::size_t item) {
  static thread_local std::minstd_rand jitter{std::random_device{}()};
  const std::lock_guard lock(mutex_);
  const std::chrono::duration<double> longest = pause(++times_[item]);
  const auto time = longest * std::uniform_real_distribution<double>(0.5, 1)(jitter);
  due_.emplace(Clock::now() + std::chrono::duration_cast<Clock::duration>(time), item);
  changed_.notify_one();
}

std::chrono::milliseconds Retries::pause(std::size_t times) {
  constexpr std::size_t most_doublings = 6;
  const std::chrono::milliseconds first(20), most(1000);
  return std::min(first * (1 << std::min(times - 1, most_doublings)), most);
}

void Retries::work() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (due_.empty()) {
      changed_.wait(lock);
    } else if (const auto first = due_.begin(); stopping_ || first->first <= Clock::now()) {
      const auto item = first->second;
      due_.erase(first);
      lock.unlock();
      again_(item);
      lock.lock();
    } else {
      const auto time = first->first;
      changed_.wait_until(lock, time);
    }
  }
}

}  // namespace fovea
