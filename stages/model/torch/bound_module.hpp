#pragma once

#include "stages/model/torch/layer_pass.hpp"
#include "stages/model/torch/torch_module.hpp"

namespace fovea {

/// A module of one's own whose parameters and buffers lie in the lists of a network.
class BoundModule {
 public:
  /// Makes the module. Throws `Error` where this program lacks it, where it is not as the specification says,
  /// or where a module can't be on the device: it may be on the CPU and on CUDA.
  BoundModule(const Specification& specification, at::Device device);

  /// Makes `view`, a part of the network's lists, the memory of a parameter or buffer, and returns the tensor
  /// that the module computes with. Buffers of other types than fp32 are copied around each pass.
  at::Tensor bind(std::size_t number, const at::Tensor& view);

  /// Makes modules without children whose parameters are all frozen compute as in evaluation; one flag a
  /// weight and buffer, or none at all.
  void freeze(const std::vector<bool>& frozen);

  /// Returns the logits of images, both on the device; the module sees them in the order N x C x H x W.
  /// Layers compute in the precision as LibTorch's autocast decides; the random numbers of a training pass
  /// follow from its seed and number. Throws `Error` where it does not give a number a class.
  at::Tensor forward(const at::Tensor& images, const Pass& pass);

 private:
  void set_mode(bool training);

  std::shared_ptr<TorchModule> made_;
  std::string name_;
  at::Device device_;
  std::int64_t classes_;
  std::vector<OwnTensor> tensors_;
  struct Copied {
    at::Tensor own, kept;
  };
  std::vector<Copied> copied_;  ///< buffers of other types, with their parts of the lists
  std::vector<torch::nn::Module*> resting_;
};

}  // namespace fovea
