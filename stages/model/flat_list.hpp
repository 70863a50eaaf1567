#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

/// Numbers of many weights, fp32, one behind the other on the host. For a device apart there is a second
/// list, where each weight begins at a multiple of 256 bytes, as all of LibTorch's memory does: a GPU's
/// kernels refuse weights that lie anyhow. Only the plain CPU has no second list: "cpu:0" is the CPU with
/// one.
class FlatList {
 public:
  FlatList() = default;
  /// Zeros: so many for each weight.
  FlatList(std::vector<std::int64_t> counts, at::Device device);

  std::span<float> host() const;
  /// One weight, flat, where the device computes with it.
  at::Tensor weight(std::size_t i) const;
  /// Has the device compute with what is on the host.
  void up();
  /// Brings what is there to the host.
  void down();
  void clear_there();

 private:
  template <class Copy>
  void for_each(Copy copy);

  std::vector<std::int64_t> counts_, begins_;
  at::Tensor host_;
  at::Tensor there_, staged_;  ///< `staged_` is on the host, in the order of `there_`
};

}  // namespace fovea
