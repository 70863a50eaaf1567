#include "stages/data/for_all.hpp"

#include <algorithm>

#include "runtime/ceil_div.hpp"
#include "runtime/stream.hpp"

namespace fovea {
namespace {

/// Images that one thread takes at a time.
constexpr std::size_t chunk = 32;

}  // namespace

void for_all(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body,
             const std::function<void(std::size_t done)>& each) {
  const auto make = [&](std::size_t number) {
    const auto end = std::min(count, (number + 1) * chunk);
    for (auto i = number * chunk; i < end; ++i) body(i);
  };
  const auto chunks = ceil_div(count, chunk);
  const auto tell = [&](std::size_t number) {
    if (each) each(std::min(count, (number + 1) * chunk));
  };
  if (threads <= 1) {
    for (std::size_t number = 0; number < chunks; ++number) {
      make(number);
      tell(number);
    }
    return;
  }
  struct Nothing {};
  Stream<Nothing> stream(chunks, 2 * threads, threads, [&](std::size_t number, Nothing&) { make(number); });
  for (std::size_t number = 0; stream.next() != nullptr; ++number) tell(number);
}

void for_all_images(std::size_t count, const Context& context, const std::function<void(std::size_t)>& body) {
  for_all(count, context.threads, body, [&](std::size_t done) {
    if (context.stop.stop_requested()) throw Stopped{};
    context.progress(done, count, "images");
  });
}

}  // namespace fovea
