#pragma once

namespace fovea {

/// Sets LibTorch up for this process, once: its threads, repeatable algorithms, and memory that is kept
/// between steps in place of being given back to the kernel. Every stage that computes with LibTorch begins
/// with it.
void set_up_torch();

}  // namespace fovea
