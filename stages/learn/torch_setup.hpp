#pragma once

#include <functional>

namespace fovea {

/// Runs what computes with LibTorch. Before the first time it sets LibTorch up for this process: its threads,
/// repeatable algorithms, and memory that is kept between steps in place of being given back to the kernel.
/// What LibTorch throws becomes an `Error` of one line.
void with_torch(const std::function<void()>& body);

}  // namespace fovea
