#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "stages/data/batch_stream.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// The loss of a batch as a sum, with the divisor that gives the mean.
struct BatchLoss {
  at::Tensor sum;
  double weight = 0;
};

/// A loss function.
class Loss {
 public:
  virtual ~Loss() = default;
  /// Returns the loss of logits N x K in fp32 for the true classes of a batch, of which some may be mixed.
  virtual BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const = 0;
};

/// The true classes of a batch as tensors, on the device of the scores.
struct Truth {
  at::Tensor labels;    ///< N
  at::Tensor others{};  ///< N, the second class of mixed images; undefined without mixing
  at::Tensor share{};   ///< weight of `labels`, one number in fp32; that of `others` is the rest
};

/// A loss made of tensor operations alone, so that any device computes it.
class TensorLoss : public Loss {
 public:
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const final;
  virtual at::Tensor sum(const at::Tensor& scores, const Truth& truth) const = 0;
  /// Returns the divisor of the sum, for scores of `classes` classes.
  virtual double weight(const Batch& batch, std::int64_t classes) const = 0;
  /// Moves the loss's own tensors to the device of the scores.
  virtual void move_to(at::Device) {}
};

/// Returns the loss that `params` names. Cross entropy with weights and smoothing is that of PyTorch, whose
/// mean divides by the weights of the true classes; focal is that of Lin et al. (2017) with weights for
/// alpha; bce is the mean over images and classes, as PyTorch's. "balanced" weighs a class by n / (K n_k), as
/// scikit-learn does, with the counts of `data`. Throws `Error` where the number of weights is not the number
/// of classes.
std::unique_ptr<Loss> make_loss(const LossParams& params, const Dataset& data);

}  // namespace fovea
