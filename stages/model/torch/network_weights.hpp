#pragma once

#include <functional>

#include "stages/model/torch/flat_list.hpp"

namespace fovea {

/// The weights of one network: flat host lists of parameters, their gradients and buffers, and the lists that
/// it computes with. On the plain CPU those are the host's lists. A separate device ("cpu:0" is the CPU as
/// one) has lists in its own layout, and a copy of all parameters but norms in the computing type; gradients
/// stay there until they are taken.
class NetworkWeights {
 public:
  /// Makes the tensor that computes with a weight or buffer of one's own, by its number, of a view of it.
  using Bind = std::function<at::Tensor(std::size_t number, const at::Tensor& view)>;

  /// Where `bind` is given, its tensors are the views, and filters are stored in the order of their shape.
  NetworkWeights(const NetworkInfo& info, at::Device device, Bind bind = {});

  at::Device device() const { return device_; }
  bool apart() const { return apart_; }
  /// Returns views of all weights in the order of the specification, for passes.
  const std::vector<at::Tensor>& views() const { return views_; }

  std::span<float> parameters() const;
  std::span<float> gradients() const;
  std::span<float> buffers() const;

  /// Copies parameters and buffers to the device, or back to the host.
  void up();
  void down();

  /// The device's fp32 lists and their layouts.
  const FlatLayout& layout() const { return parameter_layout_; }
  const FlatLayout& buffer_layout() const { return buffer_layout_; }
  const at::Tensor& device_parameters() const { return device_parameters_; }
  const at::Tensor& device_buffers() const { return device_buffers_; }

  /// Makes no gradients of the frozen weights from now on; one flag per weight and buffer, or none at all.
  void freeze(const std::vector<bool>& frozen);

  /// Casts the weights to this type, and counts a batch in training.
  void begin_pass(at::ScalarType type, bool training);
  /// Updates the cast copy; must be called after the device's parameters have changed.
  void refresh();
  /// Drops gradients that were not taken, such as those of a failed pass.
  void forget_gradients();
  /// Moves the gradients of the last backward passes into a list of `layout()`, or adds them to it; for a
  /// separate device only.
  void take_gradients(const at::Tensor& list, bool add);

 private:
  void compute_in(at::ScalarType type);
  at::Tensor bound(std::size_t number, const at::Tensor& view) const;
  /// Takes the gradients of weights `from` to `to`, in the order of their places, with the padding between
  /// them.
  std::vector<at::Tensor> gradients_of(std::size_t from, std::size_t to, at::ScalarType type);

  at::Device device_;
  bool apart_;
  Bind bind_;
  FlatLayout parameter_layout_, buffer_layout_;
  at::Tensor parameters_, gradients_, buffers_;  ///< on the host
  at::Tensor device_parameters_, device_buffers_;
  at::Tensor cast_;                           ///< parameters before the norms, in the computing type
  at::Tensor gap_, typed_gap_;                ///< zeros for the padding between gradients
  std::vector<std::size_t> parameter_views_;  ///< index in `views_` of each parameter
  std::vector<at::Tensor> views_;
  std::vector<bool> frozen_;  ///< by view; empty where none is
  at::Tensor counting_;       ///< 1 for each counter of a separate device that counts, 0 for a frozen one
};

}  // namespace fovea
