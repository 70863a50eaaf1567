#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace fovea {

/// A table on a device to which each step or batch writes a row of numbers without waiting; all rows are read
/// at once.
class DeviceTable {
 public:
  /// Makes a table of `rows` rows, or fewer where they would take more than 64 MiB.
  DeviceTable(std::int64_t rows, std::int64_t width, at::Device device);

  /// Returns the row that is written to, always at the same address.
  const at::Tensor& row() const { return row_; }
  /// Appends the row to the table.
  void keep();
  bool is_full() const { return kept_ == rows_.size(0); }
  std::int64_t kept() const { return kept_; }
  /// Waits for the device, returns all rows of the table and empties it; the result is valid until the next
  /// call.
  std::span<const float> read();

 private:
  at::Tensor row_, rows_, host_rows_;
  std::int64_t kept_ = 0;
};

}  // namespace fovea
