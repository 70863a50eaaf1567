#include "stages/train/torch/loss.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/train/extensions.hpp"

namespace fovea {
namespace {

std::vector<double> balanced_weights(const Dataset& data) {
  std::vector<double> counts(data.classes());
  for (const auto label : data.labels) ++counts[static_cast<std::size_t>(label)];
  for (auto& count : counts) {
    const double images = std::max(count, 1.0);  // a class without training images counts as one image
    count = static_cast<double>(data.labels.size()) / (static_cast<double>(counts.size()) * images);
  }
  return counts;
}

/// Returns one weight per class; empty where all weigh the same.
std::vector<double> class_weights(const ClassWeights& given, const Dataset& data) {
  if (given.rule == "none") return {};
  if (given.rule == "balanced") return balanced_weights(data);
  given.expect_fits(data.classes());
  return given.values;
}

/// A loss over the true classes of a batch, with its settings.
class ClassLoss : public TensorLoss {
 public:
  ClassLoss(const LossParams& params, std::vector<double> weights, std::size_t classes)
      : params_(params),
        weights_(std::move(weights)),
        class_indices_(at::arange(static_cast<std::int64_t>(classes), at::kLong).unsqueeze(0)) {
    if (!weights_.empty()) weight_tensor_ = at::tensor(weights_, at::kFloat);
  }
  double weight(const Batch& batch, std::int64_t) const override {
    if (weights_.empty()) return static_cast<double>(batch.size());
    const double share = batch.other_labels.empty() ? 1 : static_cast<double>(batch.share);
    return share * weight_of(batch.labels) + (1 - share) * weight_of(batch.other_labels);
  }
  void move_to(at::Device device) override {
    if (weight_tensor_.defined()) weight_tensor_ = weight_tensor_.to(device);
    class_indices_ = class_indices_.to(device);
  }

 protected:
  /// Returns the target distribution, N x K, with label smoothing.
  at::Tensor targets(const at::Tensor& scores, const Truth& truth) const {
    const auto classes = scores.size(1);
    const double smoothing = params_.label_smoothing;
    auto all = at::full(scores.sizes(), smoothing / static_cast<double>(classes), scores.options());
    const auto is = [&](const at::Tensor& labels) {
      return labels.unsqueeze(1).eq(class_indices_).to(at::kFloat).mul_(1 - smoothing);
    };
    if (!truth.others.defined()) return all.add_(is(truth.labels));
    return all.add_(is(truth.labels).mul_(truth.share)).add_(is(truth.others).mul_(1 - truth.share));
  }
  at::Tensor weighted(const at::Tensor& values) const {
    return weight_tensor_.defined() ? values * weight_tensor_ : values;
  }

  LossParams params_;
  std::vector<double> weights_;
  at::Tensor weight_tensor_;  ///< the class weights, or undefined
  at::Tensor class_indices_;  ///< class indices, 1 x K

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
  at::Tensor sum(const at::Tensor& scores, const Truth& truth) const override {
    const auto logs = at::log_softmax(scores, 1);
    const auto sum_for = [&](const at::Tensor& labels) {
      return at::nll_loss(logs, labels, weight_tensor_, at::Reduction::Sum);
    };
    const auto own = sum_for(truth.labels);
    const auto all =
        truth.others.defined() ? own * truth.share + sum_for(truth.others) * (1 - truth.share) : own;
    const double smoothing = params_.label_smoothing;
    if (smoothing == 0) return all;
    const auto spread = -weighted(logs).sum(1).sum();
    return all * (1 - smoothing) + spread * (smoothing / static_cast<double>(scores.size(1)));
  }
};

class Focal : public ClassLoss {
 public:
  using ClassLoss::ClassLoss;
  at::Tensor sum(const at::Tensor& scores, const Truth& truth) const override {
    const auto logs = at::log_softmax(scores, 1);
    const auto unsure = at::pow(1 - logs.exp(), params_.gamma);
    return -weighted(targets(scores, truth) * unsure * logs).sum();
  }
};

class BinaryCrossEntropy : public ClassLoss {
 public:
  using ClassLoss::ClassLoss;
  at::Tensor sum(const at::Tensor& scores, const Truth& truth) const override {
    return at::binary_cross_entropy_with_logits(scores, targets(scores, truth), weight_tensor_, {},
                                                at::Reduction::Sum);
  }
  double weight(const Batch& batch, std::int64_t classes) const override {
    return static_cast<double>(batch.size()) * static_cast<double>(classes);
  }
};

}  // namespace

BatchLoss TensorLoss::operator()(const at::Tensor& scores, const Batch& batch) const {
  Truth truth{.labels = label_tensor(batch.labels)};
  if (!batch.other_labels.empty()) {
    truth.others = label_tensor(batch.other_labels);
    truth.share = at::scalar_tensor(batch.share, at::kFloat);
  }
  return {sum(scores, truth), weight(batch, scores.size(1))};
}

std::unique_ptr<Loss> make_loss(const LossParams& params, const Dataset& data) {
  if (const auto* make = Extensions::of_training().loss(params.type)) return (*make)(params, data);
  auto weights = class_weights(params.class_weights, data);
  if (params.type == "focal") return std::make_unique<Focal>(params, std::move(weights), data.classes());
  if (params.type == "bce")
    return std::make_unique<BinaryCrossEntropy>(params, std::move(weights), data.classes());
  return std::make_unique<CrossEntropy>(params, std::move(weights), data.classes());
}

}  // namespace fovea
