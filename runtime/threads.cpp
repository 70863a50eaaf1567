#include "runtime/threads.hpp"

#include <future>
#include <string>
#include <system_error>
#include <vector>

#include "graph/error.hpp"

namespace fovea {
namespace {

/// Threads that block until the destructor releases them.
class BlockedThreads {
 public:
  BlockedThreads() = default;
  BlockedThreads(const BlockedThreads&) = delete;
  ~BlockedThreads() {
    release_.set_value();
    for (auto& thread : threads_) thread.join();
  }
  void add() {
    threads_.reserve(threads_.size() + 1);
    threads_.emplace_back([wait = wait_] { wait.wait(); });
  }

 private:
  std::promise<void> release_;
  std::shared_future<void> wait_{release_.get_future()};
  std::vector<std::thread> threads_;
};

constexpr const char* advice =
    "; allow more processes (ulimit -u, or pids.max of a container) or memory, or lower --threads and "
    "FOVEA_COMPUTE_THREADS";

}  // namespace

std::thread start_thread(std::function<void()> body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    throw Error("a thread can't be started: " + error.code().message() + advice);
  }
}

void expect_threads(std::size_t count) {
  BlockedThreads waiting;
  for (std::size_t started = 0; started < count; ++started) {
    try {
      waiting.add();
    } catch (const std::system_error& error) {
      throw Error("only " + std::to_string(started) + " of " + std::to_string(count) +
                  " threads can be started: " + error.code().message() + advice);
    }
  }
}

}  // namespace fovea
