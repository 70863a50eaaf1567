#include "stages/learn/loss.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "stages/learn/extensions.hpp"
#include "stages/learn/scoring.hpp"

namespace fovea {
namespace {

std::vector<double> balanced_weights(const Dataset& data) {
  std::vector<double> counts(data.classes());
  for (const auto label : data.labels) ++counts[static_cast<std::size_t>(label)];
  for (auto& count : counts) {
    const double images = std::max(count, 1.0);  // a class that only validation has weighs as one image would
    count = static_cast<double>(data.labels.size()) / (static_cast<double>(counts.size()) * images);
  }
  return counts;
}

/// One weight for each class; none where all weigh the same.
std::vector<double> class_weights(const ClassWeights& given, const Dataset& data) {
  if (given.rule == "none") return {};
  if (given.rule == "balanced") return balanced_weights(data);
  given.expect_fits(data.classes());
  return given.values;
}

/// A loss over the true classes of a batch, with its settings.
class ClassLoss : public Loss {
 public:
  ClassLoss(const LossParams& params, std::vector<double> weights)
      : params_(params), weights_(std::move(weights)) {
    if (!weights_.empty()) tensor_ = at::tensor(weights_, at::kFloat);
  }

 protected:
  /// What the true classes of a batch weigh together.
  double weight_of(const Batch& batch) const {
    if (weights_.empty()) return static_cast<double>(batch.size());
    const double share = batch.other_labels.empty() ? 1 : static_cast<double>(batch.share);
    return share * weight_of(batch.labels) + (1 - share) * weight_of(batch.other_labels);
  }
  /// N x K: the share of each class in what an image should score, smoothed.
  at::Tensor targets(const at::Tensor& scores, const Batch& batch) const {
    const auto classes = scores.size(1);
    const auto smoothing = params_.label_smoothing;
    auto all = at::full(scores.sizes(), smoothing / static_cast<double>(classes), at::kFloat);
    const double share = batch.other_labels.empty() ? 1 : static_cast<double>(batch.share);
    float* values = all.data_ptr<float>();
    const auto add = [&](const std::vector<std::int64_t>& labels, double part) {
      for (std::size_t i = 0; i < labels.size(); ++i)
        values[static_cast<std::int64_t>(i) * classes + labels[i]] +=
            static_cast<float>(part * (1 - smoothing));
    };
    add(batch.labels, share);
    add(batch.other_labels, 1 - share);
    return all;
  }
  at::Tensor weighted(const at::Tensor& values) const {
    return tensor_.defined() ? values * tensor_ : values;
  }

  LossParams params_;
  std::vector<double> weights_;
  at::Tensor tensor_;  ///< the weights, or nothing

 private:
  double weight_of(const std::vector<std::int64_t>& labels) const {
    double sum = 0;
    for (const auto label : labels) sum += weights_[static_cast<std::size_t>(label)];
    return sum;
  }
};

class CrossEntropy : public ClassLoss {
 public:
  using ClassLoss::ClassLoss;
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    const auto sum_for = [&](const std::vector<std::int64_t>& labels) {
      return at::cross_entropy_loss(scores, label_tensor(labels), tensor_, at::Reduction::Sum, -100,
                                    params_.label_smoothing);
    };
    auto sum = sum_for(batch.labels);
    if (!batch.other_labels.empty())
      sum = sum * batch.share + sum_for(batch.other_labels) * (1 - batch.share);
    return {sum, weight_of(batch)};
  }
};

class Focal : public ClassLoss {
 public:
  using ClassLoss::ClassLoss;
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    const auto logs = at::log_softmax(scores, 1);
    const auto unsure = at::pow(1 - logs.exp(), params_.gamma);
    return {-weighted(targets(scores, batch) * unsure * logs).sum(), weight_of(batch)};
  }
};

class BinaryCrossEntropy : public ClassLoss {
 public:
  using ClassLoss::ClassLoss;
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    const auto sum =
        at::binary_cross_entropy_with_logits(scores, targets(scores, batch), tensor_, {}, at::Reduction::Sum);
    return {sum, static_cast<double>(scores.numel())};
  }
};

}  // namespace

std::unique_ptr<Loss> make_loss(const LossParams& params, const Dataset& data) {
  if (const auto* make = Extensions::of_training().loss(params.type)) return (*make)(params, data);
  auto weights = class_weights(params.class_weights, data);
  if (params.type == "focal") return std::make_unique<Focal>(params, std::move(weights));
  if (params.type == "bce") return std::make_unique<BinaryCrossEntropy>(params, std::move(weights));
  return std::make_unique<CrossEntropy>(params, std::move(weights));
}

}  // namespace fovea
