#pragma once

#include <cstddef>
#include <functional>

#include "graph/error.hpp"

namespace fovea {

/// An error about memory that is too small.
struct OutOfMemory : Error {
  using Error::Error;
};

/// Runs code that computes with LibTorch. The first call sets LibTorch up for this process: threads,
/// deterministic algorithms, and memory that is kept between steps in place of being returned to the kernel.
/// Errors of LibTorch become an `Error` of one line, `OutOfMemory` where memory is short.
void with_torch(const std::function<void()>& body);

/// Chooses between deterministic algorithms and faster ones of a GPU with benchmarking, for its lifetime. It
/// restores the earlier choice and holds for the whole process.
class Repeatable {
 public:
  explicit Repeatable(bool repeatable);
  ~Repeatable();
  Repeatable(const Repeatable&) = delete;

 private:
  const bool before_;
};

/// Allows TF32 in convolutions and matrix products of fp32 on a GPU where `allowed`, for its lifetime and the
/// whole process; otherwise fp32 means fp32.
class AllowTf32 {
 public:
  explicit AllowTf32(bool allowed);
  ~AllowTf32();
  AllowTf32(const AllowTf32&) = delete;
};

/// Divides the numbers 0 .. count - 1 among LibTorch's threads: `body(begin, end)` for each share.
void on_all_threads(std::size_t count, const std::function<void(std::size_t begin, std::size_t end)>& body);

}  // namespace fovea
