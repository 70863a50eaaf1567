#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace fovea {

/// A table on a device where each step leaves a line of numbers, so that nobody waits for it; all lines are
/// read at once.
class Paper {
 public:
  /// At most so many lines, fewer where they would take more than 64 MiB.
  Paper(std::int64_t lines, std::int64_t width, at::Device device);

  /// Where a step writes: always the same memory.
  const at::Tensor& line() const { return line_; }
  /// Keeps the line as the next of the table.
  void keep();
  bool is_full() const { return kept_ == lines_.size(0); }
  std::int64_t kept() const { return kept_; }
  /// Waits for all kept lines and begins anew; what it gives stays until the next call.
  std::span<const float> read();

 private:
  at::Tensor line_, lines_, here_;
  std::int64_t kept_ = 0;
};

}  // namespace fovea
