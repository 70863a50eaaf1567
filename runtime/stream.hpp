#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace fovea {

namespace detail {

/// The flow graph of a `Stream`: it fills numbered slots in parallel and returns them in order.
class SlotStream {
 public:
  SlotStream(std::size_t count, std::size_t slots, std::size_t threads,
             std::function<void(std::size_t index, std::size_t slot)> fill);
  ~SlotStream();
  /// Waits for the next item and returns its slot, or -1 after the last; frees the slot returned before.
  std::ptrdiff_t next();
  double waited() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace detail

/// Lets streams use up to `threads` threads beside their reader for its lifetime, even if the machine has
/// fewer processors. `run` creates one for the stages that it runs.
class StreamThreads {
 public:
  explicit StreamThreads(std::size_t threads);
  ~StreamThreads();
  StreamThreads(const StreamThreads&) = delete;
  StreamThreads& operator=(const StreamThreads&) = delete;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

/// Makes items 0 .. count - 1 in parallel, at most `ahead` of them in advance, and returns them in order.
/// `make(index, item)` fills a reused item and may throw; `next` rethrows the exception in place of the item.
template <class T> class Stream {
 public:
  Stream(std::size_t count, std::size_t ahead, std::size_t threads, std::function<void(std::size_t, T&)> make)
      : items_(ahead + 1),
        slots_(count, items_.size(), threads,
               [this, make](std::size_t index, std::size_t slot) { make(index, items_[slot]); }) {}

  /// Returns the next item, valid until the next call, or null after the last.
  const T* next() {
    const auto slot = slots_.next();
    return slot < 0 ? nullptr : &items_[static_cast<std::size_t>(slot)];
  }
  /// Returns the seconds that `next` has waited so far.
  double waited() const { return slots_.waited(); }

 private:
  std::vector<T> items_;
  detail::SlotStream slots_;
};

}  // namespace fovea
