#pragma once

#include <cstddef>
#include <functional>

#include "runtime/context.hpp"

namespace fovea {

/// Calls `body(i)` for i from 0 to `count` - 1 on so many threads, in no order; `each`, where there is one,
/// is told now and then on this thread how many are done. Throws what `body` throws, for the lowest i of
/// several.
void for_all(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& body,
             const std::function<void(std::size_t done)>& each = {});

/// The same on `context.threads` threads, with progress told; throws `Stopped` where it is asked to stop.
void for_all_images(std::size_t count, const Context& context, const std::function<void(std::size_t)>& body);

}  // namespace fovea
