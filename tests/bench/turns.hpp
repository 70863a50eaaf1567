#pragma once

#include <functional>
#include <string>
#include <utility>

namespace fovea {

using Body = std::function<void()>;

/// Adds a benchmark of two ways to compute the same, LibTorch's own operators and a kernel of this tree,
/// which `make` sets up. They run in turns, so that a busy machine slows both; with
/// FOVEA_COMPUTE_THREADS=1 it is the CPU's time that counts. Tells the median microseconds
/// of each, "gain", the median of plain by own time over all turns, and "best_gain", that of the shortest
/// times.
void compare(const std::string& name, std::function<std::pair<Body, Body>()> make);

/// Adds the benchmarks of what training does with flat lists of weights, and of losses.
void compare_training();

}  // namespace fovea
