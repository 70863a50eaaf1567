#include "runtime/stream.hpp"

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

// Data flow of an item: next() -> make (parallel) -> in_order (sequencer) -> hand_over (serial) -> next()
//
// The reader admits items: `ahead` of them at the start, then one with each call of `next`. This is the only
// back-pressure: an item is admitted only when its slot is free, and item i has slot i modulo the number of
// slots. Tasks of the stream's own arena put items in, so the reader never has to join the arena.
//
// The arena has one worker more than the number of items made in parallel. If the reader is itself a TBB
// worker that waits, TBB expects it to come back and wakes one worker fewer, so that without the extra one
// the last worker would be missing.

namespace fovea::detail {

struct SlotStream::Body {
  Body(std::size_t count, std::size_t slots, std::size_t threads,
       std::function<void(std::size_t, std::size_t)> fill_slot);
  ~Body();
  void admit(std::size_t index);
  void make_item(std::size_t index);
  std::ptrdiff_t next();

  struct Flow {
    Flow(Body& body, std::size_t threads);
    tbb::flow::graph graph;
    tbb::flow::function_node<std::size_t, std::size_t> make;
    tbb::flow::sequencer_node<std::size_t> in_order;
    tbb::flow::function_node<std::size_t> hand_over;
  };

  const std::size_t count;
  const std::function<void(std::size_t, std::size_t)> fill;
  std::mutex mutex;  ///< guards the members up to `waited`, and orders the uses of each slot
  std::condition_variable ready_changed;
  std::size_t ready = 0;  ///< the number of finished items: 0 .. ready - 1
  std::vector<std::exception_ptr> errors;
  bool stopping = false;
  double waited = 0;
  std::size_t given = 0;
  tbb::task_arena arena;
  std::optional<Flow> flow;
};

SlotStream::Body::Flow::Flow(Body& body, std::size_t threads)
    : make(graph, threads,
           [&body](std::size_t index) {
             body.make_item(index);
             return index;
           }),
      in_order(graph, [](std::size_t index) { return index; }),
      hand_over(graph, tbb::flow::serial, [&body](std::size_t index) {
        const std::scoped_lock lock(body.mutex);
        body.ready = index + 1;
        body.ready_changed.notify_one();
        return tbb::flow::continue_msg();
      }) {
  tbb::flow::make_edge(make, in_order);
  tbb::flow::make_edge(in_order, hand_over);
}

SlotStream::Body::Body(std::size_t items, std::size_t slots, std::size_t threads,
                       std::function<void(std::size_t, std::size_t)> fill_slot)
    : count(items), fill(std::move(fill_slot)), errors(slots), arena(static_cast<int>(threads) + 1, 0) {
  assert(slots >= 1 && threads >= 1);
  // A new sequencer leaves a task behind that must run before it forwards items; the wait runs it.
  arena.execute([this, threads] {
    flow.emplace(*this, threads);
    flow->graph.wait_for_all();
  });
  for (std::size_t i = 0; i + 1 < slots; ++i) admit(i);
}

SlotStream::Body::~Body() {
  {
    const std::scoped_lock lock(mutex);
    stopping = true;
  }
  flow->graph.cancel();
  flow->graph.wait_for_all();
  const std::scoped_lock last_maker_is_done(mutex);
}

void SlotStream::Body::admit(std::size_t index) {
  if (index >= count) return;
  flow->graph.reserve_wait();
  arena.enqueue([this, index] {
    flow->make.try_put(index);
    flow->graph.release_wait();
  });
}

void SlotStream::Body::make_item(std::size_t index) {
  {
    const std::scoped_lock lock(mutex);
    if (stopping) return;
  }
  const auto slot = index % errors.size();
  std::exception_ptr error;
  try {
    fill(index, slot);
  } catch (...) {
    error = std::current_exception();
  }
  const std::scoped_lock lock(mutex);
  errors[slot] = std::move(error);
}

std::ptrdiff_t SlotStream::Body::next() {
  if (given == count) return -1;
  const auto index = given++;
  admit(index + errors.size() - 1);
  std::unique_lock lock(mutex);
  if (ready <= index) {
    const auto start = std::chrono::steady_clock::now();
    ready_changed.wait(lock, [&] { return ready > index; });
    waited += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const auto slot = index % errors.size();
  if (errors[slot]) std::rethrow_exception(std::exchange(errors[slot], nullptr));
  return static_cast<std::ptrdiff_t>(slot);
}

SlotStream::SlotStream(std::size_t count, std::size_t slots, std::size_t threads,
                       std::function<void(std::size_t, std::size_t)> fill)
    : body_(std::make_unique<Body>(count, slots, std::max<std::size_t>(threads, 1), std::move(fill))) {}

SlotStream::~SlotStream() = default;

std::ptrdiff_t SlotStream::next() {
  return body_->next();
}

double SlotStream::waited() const {
  return body_->waited;
}

}  // namespace fovea::detail

namespace fovea {

struct StreamThreads::Body {
  tbb::global_control limit;
};

StreamThreads::StreamThreads(std::size_t threads)
    : body_(new Body{{tbb::global_control::max_allowed_parallelism, threads + 2}}) {}
StreamThreads::~StreamThreads() = default;

}  // namespace fovea
