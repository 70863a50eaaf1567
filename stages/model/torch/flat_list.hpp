#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// Where weights lie in a flat list of numbers. The host's lists have one weight behind the other in the
/// order of the specification, and so has the plain CPU, which computes with them. In the lists of a device
/// apart ("cpu:0" is the CPU as one) each weight begins at a multiple of 512 bytes, as a GPU's kernels refuse
/// weights that lie anyhow; what lies between them has no meaning. There, what is cast to the computing type
/// comes first and norms last, running statistics come before counters, and filters lie as K x R x S x C,
/// which is the order that convolutions of channels-last images read.
class FlatLayout {
 public:
  /// A weight takes a multiple of so many numbers.
  static constexpr std::int64_t unit = 128;

  FlatLayout() = default;
  /// `weights` are all parameters, or all buffers, of a network.
  FlatLayout(const std::vector<WeightInfo>& weights, at::Device device);

  /// How many numbers a list has, with what lies between weights.
  std::int64_t length() const { return length_; }
  /// Where norms, or counters, begin; `length()` where there are none.
  std::int64_t last_part() const { return last_part_; }
  std::size_t weights() const { return slots_.size(); }
  std::int64_t begin(std::size_t i) const { return slots_[i].begin; }
  std::int64_t count(std::size_t i) const { return slots_[i].count; }
  /// Numbers of all weights in the order in which they lie.
  const std::vector<std::size_t>& order() const { return order_; }

  /// Zeros: a list of this layout on its device.
  at::Tensor zeros() const;
  /// A weight of a list, flat or in its shape.
  at::Tensor flat(const at::Tensor& list, std::size_t i) const;
  at::Tensor shaped(const at::Tensor& list, std::size_t i) const;
  /// The numbers of something of a weight's shape in the order in which that lies.
  at::Tensor as_laid(const at::Tensor& shaped, std::size_t i) const;

  /// Copies the host's numbers to a list of the device, or back; returns when that is done.
  void up(std::span<const float> host, const at::Tensor& list) const;
  void down(const at::Tensor& list, std::span<float> host) const;

 private:
  struct Slot {
    std::vector<std::int64_t> shape;
    std::int64_t begin = 0, count = 0;
    std::int64_t host_begin = 0;
    bool filters_last = false;  ///< lies as K x R x S x C
  };
  at::Tensor staging() const;
  /// A weight in the host's order of numbers, as a view of a list that is on the host.
  at::Tensor host_order(const at::Tensor& list, const Slot& slot) const;

  at::Device device_ = at::kCPU;
  std::vector<Slot> slots_;
  std::vector<std::size_t> order_;
  std::int64_t length_ = 0, last_part_ = 0;
};

}  // namespace fovea
