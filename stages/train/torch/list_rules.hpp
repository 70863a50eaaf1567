#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "stages/model/torch/flat_list.hpp"
#include "stages/train/weight_groups.hpp"

namespace fovea {

/// The lists of a device that an update reads and writes, all of one layout, in fp32.
struct UpdatedLists {
  at::Tensor weights, gradients;
  std::vector<at::Tensor> moments;  ///< as in `OptimizerState`
};

/// An update rule as operations on whole lists, which any device computes; the same rule as that of
/// `Optimizer`, to rounding.
class ListRule {
 public:
  virtual ~ListRule() = default;
  /// Moves the weights against the gradients. `rate` is the learning rate, one number in fp32; `made` counts
  /// steps with this one, one number in fp64. Both are on the device, and nothing is read from it.
  virtual void step(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const = 0;
};

/// The rule that `params` names, for parameters that lie and learn so (one run for each); none where it is
/// one of the user's own, which only the host computes.
std::unique_ptr<ListRule> list_rule(const OptimizerParams& params, const FlatLayout& layout,
                                    const std::vector<WeightRun>& tensors, at::Device device);

/// Reductions of a list to one number for each weight, in the order of the specification, and back.
class ByWeight {
 public:
  explicit ByWeight(const FlatLayout& layout);
  /// The norm of each weight's numbers.
  at::Tensor norms(const at::Tensor& list) const;
  /// A number for each weight, as many times as its weight has numbers, in the order in which these lie.
  at::Tensor spread(const at::Tensor& numbers) const;

 private:
  FlatLayout layout_;
  mutable at::Tensor weight_of_;  ///< the weight of each number of a list, made when first asked for; a gap
                                  ///< counts to the weight before it
};

}  // namespace fovea
