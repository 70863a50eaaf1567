#include "tests/stages/model/torch/late_streams.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace fovea::walled::late {
namespace {

/// What a stream still has to do, and how much of all it has done.
struct Work {
  std::deque<std::function<void()>> left;
  std::uint64_t done = 0;
};

/// A copy that the host has not waited for.
struct Sent {
  const char* begin;
  std::size_t bytes;
  Event made;
};

std::mutex mutex;
std::map<StreamId, Work> works;
std::vector<Sent> all_sent;

void run(const Event& until) {
  auto& work = works[until.stream];
  while (work.done < until.at) {
    work.left.front()();
    work.left.pop_front();
    ++work.done;
  }
}

bool overlap(const Sent& one, const char* begin, std::size_t bytes) {
  return one.begin < begin + bytes && begin < one.begin + one.bytes;
}

}  // namespace

StreamId new_stream() {
  static StreamId last = 0;
  const std::lock_guard lock(mutex);
  return ++last;
}

StreamId& current() {
  thread_local StreamId stream = 0;
  return stream;
}

void copy(void* to, const void* from, std::size_t bytes, std::function<void()> body) {
  const std::lock_guard lock(mutex);
  const auto* const begin = static_cast<const char*>(from);
  for (const auto& one : all_sent)
    TORCH_CHECK(!overlap(one, begin, bytes), "memory is sent again before its last copy was waited for");
  std::memset(to, 0xFF, bytes);
  auto& work = works[current()];
  work.left.push_back(std::move(body));
  all_sent.push_back({begin, bytes, {current(), work.done + work.left.size()}});
}

Event record(StreamId stream) {
  const std::lock_guard lock(mutex);
  const auto& work = works[stream];
  return {stream, work.done + work.left.size()};
}

void block(const Event& event) {
  const std::lock_guard lock(mutex);
  run(event);
}

void synchronize(const Event& event) {
  const std::lock_guard lock(mutex);
  run(event);
  std::erase_if(all_sent,
                [&](const Sent& one) { return one.made.stream == event.stream && one.made.at <= event.at; });
}

}  // namespace fovea::walled::late
