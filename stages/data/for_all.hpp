#pragma once

#include <cstddef>
#include <functional>

#include "runtime/context.hpp"

namespace fovea {

/// Calls `body(i)` for i from 0 to `count` - 1 on `threads` threads, in no order; `each`, where given, is
/// called now and then on this thread with the number of finished calls. Throws what `body` throws, for the
/// lowest i of several.
void for_all(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body,
             const std::function<void(std::size_t done)>& each = {});

/// Calls `body(i)` on `context.threads` threads and reports progress; throws `Stopped` when a stop is
/// requested.
void for_all_images(std::size_t count, const Context& context, const std::function<void(std::size_t)>& body);

}  // namespace fovea
