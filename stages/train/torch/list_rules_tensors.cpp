#include "stages/train/torch/list_rules_tensors.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace fovea {
namespace {

/// The direction of Adam's step. Both moments move.
at::Tensor adam_way(const OptimizerParams& params, const UpdatedLists& lists,
                    const AdamUnbias::Factors& unbias) {
  const auto& [w, g, m] = lists;
  m[0].mul_(params.beta_1).add_(g, 1 - params.beta_1);
  m[1].mul_(params.second_beta()).addcmul_(g, g, 1 - params.second_beta());
  return (m[0] * unbias.mean).div_(m[1].sqrt().mul_(unbias.square).add_(params.kept_from_zero()));
}

class ListLamb : public ListRule {
 public:
  ListLamb(const OptimizerParams& params, const FlatLayout& layout, const std::vector<WeightRun>& tensors,
           at::Device device)
      : params_(params), unbias_(params, device), runs_(list_runs(layout, tensors)), by_weight_(layout) {
    std::vector<double> rates, decays;
    for (const auto& tensor : tensors) {
      rates.push_back(tensor.rate);
      decays.push_back(tensor.decay);
    }
    rates_ = at::tensor(rates, at::kFloat).to(device);
    adapts_ = at::tensor(decays, at::kFloat).gt(0).to(device);
  }

  void step(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const override {
    const auto way = adam_way(params_, lists, unbias_(made));
    for (const auto& run : runs_) {
      const auto part = run.of({way, lists.weights, {}});
      if (run.decay != 0) part.weights.add_(part.gradients, run.decay);
    }
    const auto length = by_weight_.norms(lists.weights), step_length = by_weight_.norms(way);
    const auto adapts = adapts_.bitwise_and(length.gt(0)).bitwise_and(step_length.gt(0));
    const auto factor = at::where(adapts, length / step_length, at::ones_like(length)).mul_(rates_);
    lists.weights.addcmul_(way.mul_(by_weight_.spread(factor)), rate, -1);
  }

 private:
  const OptimizerParams params_;
  const AdamUnbias unbias_;
  const std::vector<ListRun> runs_;
  const ByWeight by_weight_;
  at::Tensor rates_, adapts_;
};

/// For each of B matrices, none taller than wide, the nearest with singular values about 1; see
/// `optimizer_tensors.cpp`. Rows and columns of zeros stay so and change nothing else.
at::Tensor orthogonal(at::Tensor x) {
  constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
  x = x / at::linalg_vector_norm(x, 2, at::IntArrayRef{1, 2}, true).clamp_min_(1e-7);
  for (int i = 0; i < 5; ++i) {
    const auto square = at::bmm(x, x.transpose(1, 2));
    x = at::baddbmm(x, at::baddbmm(square, square, square, b, c), x, a, 1);
  }
  return x;
}

/// One of the matrices that are made orthogonal together. `rows` are at most `columns`; zeros fill it up to
/// the size of the group.
struct Matrix {
  std::size_t weight = 0;
  std::int64_t rows = 0, columns = 0;
  bool turned = false;  ///< it is the transpose of the weight
  std::int64_t size() const { return rows * columns; }
};
using MatrixGroup = std::vector<Matrix>;

/// Groups in which zeros are not many more than numbers: a few kernels then do for all matrices of a group.
std::vector<MatrixGroup> grouped(const FlatLayout& layout, const std::vector<WeightRun>& tensors) {
  constexpr std::int64_t few = 1 << 20;
  std::vector<Matrix> all;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto rows = tensors[i].rows;
    if (rows == 0 || tensors[i].rate == 0) continue;
    const auto columns = layout.count(i) / rows;
    all.push_back({i, std::min(rows, columns), std::max(rows, columns), rows > columns});
  }
  std::ranges::stable_sort(all, std::greater{}, &Matrix::size);
  std::vector<MatrixGroup> groups;
  std::int64_t rows = 0, columns = 0, numbers = 0;
  for (const auto& one : all) {
    const auto more_rows = std::max(rows, one.rows), more_columns = std::max(columns, one.columns);
    const auto count = groups.empty() ? 0 : static_cast<std::int64_t>(groups.back().size());
    const auto filled = more_rows * more_columns * (count + 1);
    if (count == 0 || filled > std::max(few, 2 * (numbers + one.size()))) {
      groups.emplace_back();
      rows = one.rows, columns = one.columns, numbers = 0;
    } else {
      rows = more_rows, columns = more_columns;
    }
    numbers += one.size();
    groups.back().push_back(one);
  }
  return groups;
}

class ListMuon : public ListRule {
 public:
  ListMuon(const OptimizerParams& params, const FlatLayout& layout, const std::vector<WeightRun>& tensors,
           at::Device device)
      : params_(params),
        unbias_(params, device),
        layout_(layout),
        runs_(list_runs(layout, tensors, true)),
        groups_(grouped(layout, tensors)) {}

  void step(const UpdatedLists& lists, const at::Tensor& rate, const at::Tensor& made) const override {
    const auto way = at::zeros_like(lists.weights);
    const auto unbias = unbias_(made);
    for (const auto& run : runs_) {
      if (run.rate == 0) continue;
      const auto part = run.of({way, lists.gradients, lists.moments});
      run.is_matrix ? follow(part) : void(part.weights.copy_(adam_way(params_, part, unbias)));
    }
    for (const auto& group : groups_) straighten(group, way);
    for (const auto& run : runs_) {
      if (run.rate == 0) continue;
      const auto part = run.of({lists.weights, way, {}});
      const auto own = run.rate == 1 ? rate : rate * run.rate;
      if (run.decay != 0) part.weights.mul_(1 - own * run.decay);
      part.weights.addcmul_(part.gradients, own, -1);
    }
  }

 private:
  /// Moves the velocity. The direction is the velocity, or with Nesterov's rule that of one step ahead.
  void follow(const UpdatedLists& part) const {
    const double momentum = params_.moved_on();
    const auto &gradients = part.gradients, &velocity = part.moments[0];
    velocity.lerp_(gradients, 1 - momentum);
    part.weights.copy_(velocity);
    if (params_.nesterov) part.weights.mul_(momentum).add_(gradients, 1 - momentum);
  }

  /// Makes the matrices of a group orthogonal where they lie.
  void straighten(const MatrixGroup& group, const at::Tensor& way) const {
    std::int64_t rows = 0, columns = 0;
    for (const auto& one : group) rows = std::max(rows, one.rows), columns = std::max(columns, one.columns);
    const auto count = static_cast<std::int64_t>(group.size());
    const auto together = at::zeros({count, rows, columns}, way.options());
    const auto part_of = [&](const at::Tensor& all, std::int64_t i) {
      const auto& one = group[static_cast<std::size_t>(i)];
      return all.select(0, i).narrow(0, 0, one.rows).narrow(1, 0, one.columns);
    };
    const auto own = [&](std::int64_t i) {
      const auto& one = group[static_cast<std::size_t>(i)];
      const auto flat = layout_.flat(way, one.weight);
      return one.turned ? flat.view({one.columns, one.rows}).t() : flat.view({one.rows, one.columns});
    };
    for (std::int64_t i = 0; i < count; ++i) part_of(together, i).copy_(own(i));
    const auto found = orthogonal(together);
    for (std::int64_t i = 0; i < count; ++i) {
      const double length = 0.2 * std::sqrt(static_cast<double>(group[static_cast<std::size_t>(i)].columns));
      own(i).copy_(part_of(found, i)).mul_(length);
    }
  }

  const OptimizerParams params_;
  const AdamUnbias unbias_;
  const FlatLayout layout_;
  const std::vector<ListRun> runs_;
  const std::vector<MatrixGroup> groups_;
};

}  // namespace

UpdatedLists ListRun::of(const UpdatedLists& lists) const {
  UpdatedLists part{lists.weights.narrow(0, begin, count), lists.gradients.narrow(0, begin, count), {}};
  for (const auto& list : lists.moments) part.moments.push_back(list.narrow(0, begin, count));
  return part;
}

std::vector<ListRun> list_runs(const FlatLayout& layout, const std::vector<WeightRun>& tensors,
                               bool matrices_apart) {
  std::vector<ListRun> runs;
  for (const auto i : layout.order()) {
    const auto& tensor = tensors[i];
    const bool is_matrix = matrices_apart && tensor.rows > 0;
    const bool goes_on = !runs.empty() && runs.back().decay == tensor.decay &&
                         runs.back().rate == tensor.rate && runs.back().is_matrix == is_matrix;
    if (!goes_on) runs.push_back({layout.begin(i), 0, tensor.decay, tensor.rate, is_matrix});
  }
  for (std::size_t i = 0; i < runs.size(); ++i)
    runs[i].count = (i + 1 < runs.size() ? runs[i + 1].begin : layout.length()) - runs[i].begin;
  return runs;
}

std::unique_ptr<ListRule> whole_tensor_rule(const OptimizerParams& params, const FlatLayout& layout,
                                            const std::vector<WeightRun>& tensors, at::Device device) {
  if (params.type == "lamb") return std::make_unique<ListLamb>(params, layout, tensors, device);
  return std::make_unique<ListMuon>(params, layout, tensors, device);
}

}  // namespace fovea
