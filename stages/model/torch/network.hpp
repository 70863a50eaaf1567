#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

#include "stages/model/model.hpp"
#include "stages/model/torch/network_weights.hpp"
#include "stages/model/torch/steps.hpp"

namespace fovea {

/// Parameters and buffers of a network, flat.
struct Weights {
  std::vector<float> parameters;
  std::vector<float> buffers;
};

/// What a pass gives with the values of some layers, in the order in which these were named. Values are of
/// the computing type and keep what gradients need where the pass records it.
struct Observed {
  at::Tensor logits;
  std::vector<at::Tensor> values;
};

/// A network that computes. All trained numbers are in one flat list, their gradients in another, and buffers
/// (running statistics) in a third, each in the order of the specification. Not thread-safe.
///
/// On the plain CPU the network computes with the host's lists. For another device it has separate lists of
/// parameters and buffers, which `to_device` and `from_device` copy from and to the host's, and a copy of the
/// parameters in the computing type.
class Network {
 public:
  /// Throws `Error` where `weights` are not those of the specification. Only the plain CPU has no second set
  /// of lists: "cpu:0" is the CPU with one.
  Network(const Specification& specification, const std::vector<NamedArray>& weights,
          at::Device device = at::kCPU);
  explicit Network(const Model& model, at::Device device = at::kCPU)
      : Network(model.specification, model.weights, device) {}
  Network(Network&&) noexcept;
  ~Network();

  /// Returns the logits, N x K in fp32, of images N x C x H x W (fp32, any memory order; channels last is
  /// fastest), on the host or on the network's device. Logits are on the host.
  at::Tensor forward(const at::Tensor& images, const Pass& pass);

  /// Computes logits from images, both on the network's device. Updates of running statistics stay on the
  /// device.
  at::Tensor compute(const at::Tensor& images, const Pass& pass);

  /// Computes logits and the values of these layers; only around those is less fused than in `compute`.
  /// Throws `Error` with the nearest name where there is no such layer.
  Observed observe(const at::Tensor& images, const Pass& pass, const std::vector<std::string>& layers);

  /// Makes the normalisations behind convolutions part of their weights, for inference in this precision
  /// until weights are loaded: logits then differ by rounding alone.
  void fold(Precision precision);

  /// Copies parameters and buffers from the host to the device, or back. On the plain CPU they are the same.
  void to_device();
  void from_device();

  /// Freezes weights and buffers, one flag each in the order of the specification; none at all for an empty
  /// list. Frozen weights get no gradients, and no value that depends on them alone is differentiated. A
  /// normalisation whose running statistics are frozen normalises by these in training as well.
  void freeze(const std::vector<bool>& frozen);

  /// Returns the lists that the network computes with.
  NetworkWeights& lists();
  /// Returns the dropout layers, in the order of `Pass::kept`.
  const std::vector<Dropped>& dropped() const;

  std::span<float> parameters();
  /// Returns the gradients that backward passes on the plain CPU have accumulated since they were last set to
  /// zero.
  std::span<float> gradients();
  /// Returns the running statistics.
  std::span<float> buffers();

  /// Returns a copy of the current parameters and buffers.
  Weights weights() const;
  void load(const Weights& weights);
  /// Returns flat weights of this network by name.
  std::vector<NamedArray> named(const Weights& weights) const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

/// Returns a tensor N x C x H x W in channels-last order over images N x H x W x C, without a copy.
at::Tensor image_tensor(std::span<const float> images, const Specification& specification);

}  // namespace fovea
