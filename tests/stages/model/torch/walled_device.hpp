#pragma once

#include <ATen/core/Tensor.h>

namespace fovea::walled {

/// A LibTorch device apart from the CPU, as a GPU is one: its memory is closed to the host, and it refuses to
/// compute with tensors that lie elsewhere, numbers alone excepted. What is asked of it the CPU computes,
/// behind the wall. It knows no layer of ours, so only what LibTorch itself offers runs on it.
at::Device device();

/// How many operations it has computed, with copies from one place of it to another.
std::size_t computed();

/// What has crossed the wall so far.
struct Crossed {
  std::size_t up = 0, down = 0;  ///< copies from the host, and to it
  std::size_t read = 0;          ///< single numbers that somebody waited for
  std::size_t bytes_up = 0;      ///< bytes that came from the host
};
Crossed crossed();

}  // namespace fovea::walled
