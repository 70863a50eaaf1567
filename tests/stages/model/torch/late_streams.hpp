#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace fovea::walled {

/// The streams of the walled device beside its first one: they copy as late as they may. What a copy will
/// fill holds NaN until somebody waits for it, and memory of the host must not be sent again before the host
/// has waited for the copy that was sent from it.
namespace late {

using StreamId = std::int64_t;

/// A point in the work of a stream.
struct Event {
  StreamId stream = 0;
  std::uint64_t at = 0;
};

StreamId new_stream();
/// The stream of this thread; 0 is the first, which does at once what is asked of it.
StreamId& current();

/// Adds a copy to the work of the current stream, and fills with NaN what it will fill. Throws `c10::Error`
/// where the host did not wait for the last copy from the same memory.
void copy(void* to, const void* from, std::size_t bytes, std::function<void()> body);

Event record(StreamId stream);
/// Another stream waits for an event.
void block(const Event& event);
/// The host waits for an event.
void synchronize(const Event& event);

}  // namespace late
}  // namespace fovea::walled
