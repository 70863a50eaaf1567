#pragma once

#include <cstdint>

namespace fovea {

/// Returns the largest resident size of this process since it was started, in bytes; 0 where the kernel does
/// not tell.
std::int64_t peak_memory();

}  // namespace fovea
