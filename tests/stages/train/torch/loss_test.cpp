#include "stages/train/torch/loss.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

at::Tensor some_scores() {
  return at::tensor({1.0F, -0.5F, 0.2F, 0.1F, 2.0F, -1.0F, 0.3F, 0.4F, 0.5F, -2.0F, 1.0F, 3.0F}, at::kFloat)
      .reshape({4, 3});
}

Batch four_images() {
  return {.images = {}, .labels = {0, 1, 1, 2}, .other_labels = {}, .share = 1};
}

Batch mixed_images() {
  return {.images = {}, .labels = {0, 1, 1, 2}, .other_labels = {1, 1, 0, 2}, .share = 0.75F};
}

double mean_loss(const LossParams& params, const Batch& batch) {
  const auto [sum, weight] = (*make_loss(params, toy::images(9)))(some_scores(), batch);
  return sum.item<double>() / weight;
}

/// N x 3: the shares of the classes in what the images should score.
at::Tensor shares(const Batch& batch, double smoothing) {
  auto all = at::full({4, 3}, smoothing / 3);
  for (std::int64_t i = 0; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double share = batch.other_labels.empty() ? 1 : static_cast<double>(batch.share);
    all[i][batch.labels[at]] += share * (1 - smoothing);
    if (!batch.other_labels.empty()) all[i][batch.other_labels[at]] += (1 - share) * (1 - smoothing);
  }
  return all;
}

const at::Tensor& true_classes() {
  static const auto labels = at::tensor({0, 1, 1, 2}, at::kLong);
  return labels;
}

}  // namespace

// The oracle of these tests is LibTorch's own loss of the same name.

TEST_CASE("loss: cross entropy with weights and smoothing is LibTorch's") {
  const auto weights = at::tensor({1.0F, 2.0F, 0.5F}, at::kFloat);
  const auto wanted =
      at::cross_entropy_loss(some_scores(), true_classes(), weights, at::Reduction::Mean, -100, 0.1);
  CHECK(mean_loss({.label_smoothing = 0.1, .class_weights = {"", {1, 2, 0.5}}}, four_images()) ==
        Approx(wanted.item<double>()).epsilon(1e-6));
}

TEST_CASE("loss: cross entropy of mixed images is LibTorch's with shares of classes") {
  const auto wanted = at::cross_entropy_loss(some_scores(), shares(mixed_images(), 0.1));
  CHECK(mean_loss({.label_smoothing = 0.1}, mixed_images()) == Approx(wanted.item<double>()).epsilon(1e-6));
}

TEST_CASE("loss: bce is LibTorch's, for mixed and smoothed classes and with weights") {
  const auto weights = at::tensor({1.0F, 2.0F, 0.5F}, at::kFloat);
  const auto wanted =
      at::binary_cross_entropy_with_logits(some_scores(), shares(mixed_images(), 0.2), weights);
  CHECK(mean_loss({.type = "bce", .label_smoothing = 0.2, .class_weights = {"", {1, 2, 0.5}}},
                  mixed_images()) == Approx(wanted.item<double>()).epsilon(1e-6));
}

TEST_CASE("loss: focal is (1 - p)^gamma times the cross entropy, and with gamma 0 the cross entropy") {
  const auto logs = at::log_softmax(some_scores(), 1).gather(1, true_classes().unsqueeze(1));
  const auto wanted = (-(1 - logs.exp()).pow(2) * logs).mean();
  CHECK(mean_loss({.type = "focal"}, four_images()) == Approx(wanted.item<double>()).epsilon(1e-6));
  LossParams plain{.type = "focal", .label_smoothing = 0.1, .class_weights = {"", {1, 2, 0.5}}, .gamma = 0};
  const double focal = mean_loss(plain, four_images());
  plain.type = "cross_entropy";
  plain.gamma = 2;
  // Smoothed shares weigh as their classes do in both, but the mean divides by the true classes alone.
  CHECK(focal == Approx(mean_loss(plain, four_images())).epsilon(1e-5));
}

// scikit-learn: compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2, 2]) is
// [0.6667, 1.3333, 1.3333].
TEST_CASE("loss: balanced weights are those of scikit-learn") {
  auto data = toy::images(8);
  data.labels = std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 2, 2};
  const auto loss = make_loss({.class_weights = {"balanced"}}, data);
  CHECK((*loss)(some_scores(), four_images()).weight == Approx(2.0 / 3 + 3 * 4.0 / 3));
}

TEST_CASE("loss: weights that are not one for each class are refused") {
  CHECK(error_of([] {
          make_loss({.class_weights = {"", {1, 2}}}, toy::images(9));
        }) ==
        "loss.class_weights: has 2 weights, but there are 3 classes; give one for each, in the order of the "
        "classes");
}

TEST_CASE("loss: what it can't use or understand is refused") {
  const auto error = [](const char* text) {
    return error_of([&] { read_params<LossParams>(parse_json(text), "train.loss").check("train.loss"); });
  };
  CHECK(error(R"({"gamma": 3})") ==
        "train.loss.gamma: a loss of type \"cross_entropy\" has no use for 3.0; leave \"gamma\" out");
  CHECK(error(R"({"class_weights": "even"})") ==
        "train.loss.class_weights: expected \"none\", \"balanced\", or a list of numbers, got \"even\"");
  CHECK(error(R"({"class_weights": [1, -1]})") ==
        "train.loss.class_weights[1]: -1 is not allowed; it must be above 0");
}

TEST_CASE("loss: a loss says in words what is measured, with its settings and its unit") {
  CHECK(LossParams{}.in_words() == "cross-entropy, nats");
  CHECK(LossParams{.label_smoothing = 0.1, .class_weights = {.rule = "balanced"}}.in_words() ==
        "cross-entropy with label smoothing 0.1, class weights, nats");
  CHECK(LossParams{.type = "focal", .gamma = 1.5}.in_words() == "focal loss with gamma 1.5");
  CHECK(LossParams{.type = "bce"}.in_words() == "binary cross-entropy, nats");
}
