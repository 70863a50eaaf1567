#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

#include "stages/model/model.hpp"
#include "stages/model/precision.hpp"
#include "stages/model/torch/network_weights.hpp"

namespace fovea {

/// How a forward pass is made.
struct Pass {
  bool training = false;  ///< normalise by the batch and drop values; gradients will be asked for
  Precision precision = Precision::fp32;
  std::uint64_t seed = 0;    ///< of what is dropped
  std::uint64_t number = 0;  ///< of the pass: each drops other values
  bool recompute = false;    ///< the way back computes most of it again in place of keeping it
  bool again = false;        ///< this is that second time, which moves no running statistics
  /// For each layer that drops values, a byte each: 1 for what is kept. Where null, they are drawn by `seed`
  /// and `number`.
  const std::vector<at::Tensor>* kept = nullptr;
};

/// A layer that drops values in training.
struct Dropped {
  std::uint32_t layer = 0;
  double rate = 0;
  std::int64_t values = 0;  ///< of one image
};

/// Parameters and buffers of a network, flat.
struct Weights {
  std::vector<float> parameters;
  std::vector<float> buffers;
};

/// A network that computes. All trained numbers lie in one flat list, their gradients in another, and buffers
/// (running statistics) in a third, each in the order of the specification. Not for use by two threads at
/// once.
///
/// On the plain CPU the network computes with the host's lists. For another device it has its own lists of
/// parameters and buffers there, which `to_device` and `from_device` make equal to the host's or the other
/// way round, and a copy of the parameters in the type that layers compute in.
class Network {
 public:
  /// Throws `Error` where `weights` are not those that the specification asks for. Only the plain CPU has no
  /// second set of lists: "cpu:0" is the CPU with one.
  Network(const Specification& specification, const std::vector<NamedArray>& weights,
          at::Device device = at::kCPU);
  explicit Network(const Model& model, at::Device device = at::kCPU)
      : Network(model.specification, model.weights, device) {}
  Network(Network&&) noexcept;
  ~Network();

  /// The scores before softmax, N x K in fp32, of images N x C x H x W (fp32, any memory order; channels last
  /// is fastest). Images and scores are the host's.
  at::Tensor forward(const at::Tensor& images, const Pass& pass);

  /// The same with images and scores where the network computes. What passes add to running statistics stays
  /// there.
  at::Tensor compute(const at::Tensor& images, const Pass& pass);

  /// Has the device compute with parameters and buffers as the host has them, or brings the device's to the
  /// host. On the plain CPU they are the same.
  void to_device();
  void from_device();

  /// The lists that it computes with.
  NetworkWeights& lists();
  /// Layers that drop values, in the order of `Pass::kept`.
  const std::vector<Dropped>& dropped() const;

  std::span<float> parameters();
  /// What backward passes on the plain CPU have added up since these were last set to zero.
  std::span<float> gradients();
  /// Running statistics.
  std::span<float> buffers();

  /// A copy of all parameters and buffers as they are now.
  Weights weights() const;
  void load(const Weights& weights);
  /// Flat weights of this network by name.
  std::vector<NamedArray> named(const Weights& weights) const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

/// Images N x H x W x C, one behind the other, as a tensor N x C x H x W in channels-last order that looks at
/// the same memory.
at::Tensor image_tensor(std::span<const float> images, const Specification& specification);

}  // namespace fovea
