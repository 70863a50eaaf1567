#pragma once

#include "stages/model/torch/flat_list.hpp"

namespace fovea {

/// The numbers of one network: flat lists of parameters, their gradients and buffers on the host, and what it
/// computes with. On the plain CPU that is the host's lists. For a device apart ("cpu:0" is the CPU as one)
/// it is lists there, laid out as suits the device, and a copy of all parameters but norms in the type that
/// layers compute in; gradients are there until they are taken.
class NetworkWeights {
 public:
  NetworkWeights(const NetworkInfo& info, at::Device device);

  at::Device device() const { return device_; }
  bool apart() const { return apart_; }
  /// All weights in the order of the specification, as passes use them.
  const std::vector<at::Tensor>& views() const { return views_; }

  std::span<float> parameters() const;
  std::span<float> gradients() const;
  std::span<float> buffers() const;

  /// Copies parameters and buffers to the device, or from there to the host.
  void up();
  void down();

  /// fp32 lists of the device and how they lie.
  const FlatLayout& layout() const { return parameter_layout_; }
  const FlatLayout& buffer_layout() const { return buffer_layout_; }
  const at::Tensor& device_parameters() const { return device_parameters_; }
  const at::Tensor& device_buffers() const { return device_buffers_; }

  /// Makes the weights of this type, and counts a batch of training.
  void begin_pass(at::ScalarType type, bool training);
  /// To be called when the device's parameters have changed.
  void refresh();
  /// Forgets gradients that nobody took, such as those of a pass that failed.
  void forget_gradients();
  /// Moves the gradients of the last backward passes into a list of `layout()`, or adds them to it. It is for
  /// a device apart.
  void take_gradients(const at::Tensor& list, bool add);

 private:
  void compute_in(at::ScalarType type);
  /// The gradients of weights `from` to `to` in the order in which they lie, with what lies between, and
  /// takes them from the weights.
  std::vector<at::Tensor> gradients_of(std::size_t from, std::size_t to, at::ScalarType type);

  at::Device device_;
  bool apart_;
  FlatLayout parameter_layout_, buffer_layout_;
  at::Tensor parameters_, gradients_, buffers_;  ///< the host's
  at::Tensor device_parameters_, device_buffers_;
  at::Tensor cast_;                           ///< parameters up to the norms in the computing type
  at::Tensor gap_, typed_gap_;                ///< zeros that lie between gradients
  std::vector<std::size_t> parameter_views_;  ///< which of `views_` is each parameter
  std::vector<at::Tensor> views_;
};

}  // namespace fovea
