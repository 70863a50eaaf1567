#include "stages/data/for_all.hpp"

#include <algorithm>

#include "runtime/stream.hpp"

namespace fovea {
namespace {

/// Images that one thread takes at once.
constexpr std::size_t chunk = 32;

}  // namespace

void for_all(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body,
             const std::function<void(std::size_t done)>& each) {
  struct Nothing {};
  Stream<Nothing> chunks((count + chunk - 1) / chunk, 2 * threads, threads,
                         [&](std::size_t number, Nothing&) {
                           const auto end = std::min(count, (number + 1) * chunk);
                           for (auto i = number * chunk; i < end; ++i) body(i);
                         });
  for (std::size_t done = chunk; chunks.next() != nullptr; done += chunk) {
    if (each) each(std::min(done, count));
  }
}

void for_all_images(std::size_t count, const Context& context, const std::function<void(std::size_t)>& body) {
  for_all(count, context.threads, body, [&](std::size_t done) {
    if (context.stop.stop_requested()) throw Stopped{};
    context.progress(done, count, "images");
  });
}

}  // namespace fovea
