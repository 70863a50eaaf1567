#pragma once

#include "stages/train/torch/list_rules.hpp"

namespace fovea {

/// Neighbouring numbers of a list that learn alike, with the gaps between their weights.
struct ListRun {
  std::int64_t begin = 0, count = 0;
  double decay = 0, rate = 1;
  bool is_matrix = false;  ///< of matrices as in `WeightRun::rows`
  /// The same numbers of all lists.
  UpdatedLists of(const UpdatedLists& lists) const;
};

std::vector<ListRun> list_runs(const FlatLayout& layout, const std::vector<WeightRun>& tensors,
                               bool matrices_apart = false);

/// What Adam's moments are multiplied by, as they begin at zero.
class AdamUnbias {
 public:
  /// One number each, fp32.
  struct Factors {
    at::Tensor mean;
    at::Tensor square;  ///< for its root
  };
  AdamUnbias(const OptimizerParams& params, at::Device device);
  Factors operator()(const at::Tensor& made) const;

 private:
  at::Tensor betas_;
};

/// Rules in which a number's update depends on the others of its tensor: lamb and muon.
std::unique_ptr<ListRule> whole_tensor_rule(const OptimizerParams& params, const FlatLayout& layout,
                                            const std::vector<WeightRun>& tensors, at::Device device);

}  // namespace fovea
