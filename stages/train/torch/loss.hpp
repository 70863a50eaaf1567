#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "stages/data/batch_stream.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// The loss of a batch as a sum, and what to divide that by for the mean.
struct BatchLoss {
  at::Tensor sum;
  double weight = 0;
};

/// What is made small.
class Loss {
 public:
  virtual ~Loss() = default;
  /// For scores N x K before softmax in fp32, and the true classes of a batch, of which some may be mixed.
  virtual BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const = 0;
};

/// The true classes of a batch as tensors where the scores are.
struct Truth {
  at::Tensor labels;    ///< N
  at::Tensor others{};  ///< N, of what was mixed in; undefined where nothing is mixed
  at::Tensor share{};   ///< of `labels`, one number in fp32; that of `others` is the rest
};

/// A loss that is made of operations on tensors alone, so that any device computes it.
class TensorLoss : public Loss {
 public:
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const final;
  virtual at::Tensor sum(const at::Tensor& scores, const Truth& truth) const = 0;
  /// What to divide the sum by, for scores of so many classes.
  virtual double weight(const Batch& batch, std::int64_t classes) const = 0;
  /// Has its own numbers where the scores will be.
  virtual void move_to(at::Device) {}
};

/// The loss that `params` names. Cross entropy with weights and smoothing is that of PyTorch, of which the
/// mean divides by the weights of the true classes; focal is that of Lin et al. (2017) with weights for
/// alpha; bce is the mean over images and classes, as PyTorch's. "balanced" weighs a class by n / (K n_k), as
/// scikit-learn does, with the counts of `data`. Throws `Error` where the weights are not one for each class.
std::unique_ptr<Loss> make_loss(const LossParams& params, const Dataset& data);

}  // namespace fovea
