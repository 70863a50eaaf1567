#include "runtime/store/follower.hpp"

#include "graph/sha256.hpp"
#include "runtime/store/files.hpp"
#include "runtime/threads.hpp"

namespace fovea {

Follower::~Follower() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Follower::go_on_to(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    final_ = bytes;
  }
  changed_.notify_one();
  if (!thread_.joinable()) thread_ = start_thread([this] { follow(); });
}

std::string Follower::identity() {
  if (thread_.joinable()) thread_.join();
  if (error_) std::rethrow_exception(error_);
  return identity_;
}

void Follower::follow() try {
  const MappedFile file(file_);
  const auto bytes = file.bytes();
  Sha256 sha256;
  Xxh3 xxh3;
  for (std::size_t done = 0; done < bytes.size();) {
    const auto end = wait_past(done);
    if (end == done) return;
    const auto part = bytes.substr(done, end - done);
    sha256.add(part);
    xxh3.add(part);
    done = end;
  }
  identity_ = sha256.hex() + ":" + xxh3.hex() + ":" + std::to_string(bytes.size());
} catch (...) {
  error_ = std::current_exception();
}

std::size_t Follower::wait_past(std::size_t done) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return given_up_ || final_ > done; });
  return given_up_ ? done : final_;
}

}  // namespace fovea
