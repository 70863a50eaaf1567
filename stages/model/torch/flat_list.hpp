#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// The places of weights in a flat list of numbers. In the host's lists weights are contiguous in the order
/// of the specification; the plain CPU computes with them. In the lists of a separate device ("cpu:0" is the
/// CPU as one) each weight begins at a multiple of 512 bytes, as GPU kernels need alignment; the padding has
/// no meaning. There, weights that are cast to the computing type come first and norms last, running
/// statistics come before counters, and filters are stored as K x R x S x C, the order that convolutions of
/// channels-last images read.
class FlatLayout {
 public:
  /// The alignment of weights, in numbers.
  static constexpr std::int64_t unit = 128;

  FlatLayout() = default;
  /// Makes the layout of all parameters, or all buffers, of a network. `filters_last` is false where filters
  /// of a device are to be stored in the order of their shape as well.
  FlatLayout(const std::vector<WeightInfo>& weights, at::Device device, bool filters_last = true);

  /// Returns the length of a list in numbers, with padding.
  std::int64_t length() const { return length_; }
  /// Returns the begin of norms, or of counters; `length()` where there are none.
  std::int64_t last_part() const { return last_part_; }
  std::size_t weights() const { return slots_.size(); }
  std::int64_t begin(std::size_t i) const { return slots_[i].begin; }
  std::int64_t count(std::size_t i) const { return slots_[i].count; }
  /// Returns the numbers of all weights in the order of their places.
  const std::vector<std::size_t>& order() const { return order_; }

  /// Returns a list of zeros in this layout on its device.
  at::Tensor zeros() const;
  /// Returns a view of a weight in a list, flat or in its shape.
  at::Tensor flat(const at::Tensor& list, std::size_t i) const;
  at::Tensor shaped(const at::Tensor& list, std::size_t i) const;
  /// Returns the numbers of a tensor of a weight's shape, in the order in which the list stores them.
  at::Tensor as_laid(const at::Tensor& shaped, std::size_t i) const;

  /// Copies the host's numbers to a list of the device, or back; returns when the copy is done.
  void up(std::span<const float> host, const at::Tensor& list) const;
  void down(const at::Tensor& list, std::span<float> host) const;

 private:
  struct Slot {
    std::vector<std::int64_t> shape;
    std::int64_t begin = 0, count = 0;
    std::int64_t host_begin = 0;
    bool filters_last = false;  ///< whether it is stored as K x R x S x C
  };
  at::Tensor staging() const;
  /// Returns a view of a weight in the host's order, for a list on the host.
  at::Tensor host_order(const at::Tensor& list, const Slot& slot) const;

  at::Device device_ = at::kCPU;
  std::vector<Slot> slots_;
  std::vector<std::size_t> order_;
  std::int64_t length_ = 0, last_part_ = 0;
};

}  // namespace fovea
