#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace fovea {

/// A table on a device where each step leaves a row of numbers, so that nobody waits for it; all rows are
/// read at once.
class StepLog {
 public:
  /// At most so many rows, fewer where they would take more than 64 MiB.
  StepLog(std::int64_t rows, std::int64_t width, at::Device device);

  /// Where a step writes: always the same memory.
  const at::Tensor& row() const { return row_; }
  /// Keeps the row as the next of the table.
  void keep();
  bool is_full() const { return kept_ == rows_.size(0); }
  std::int64_t kept() const { return kept_; }
  /// Waits for all kept rows and begins anew; what it gives stays until the next call.
  std::span<const float> read();

 private:
  at::Tensor row_, rows_, here_;
  std::int64_t kept_ = 0;
};

}  // namespace fovea
