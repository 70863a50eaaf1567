#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "stages/data/batch_stream.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/train/schedule.hpp"
#include "tests/catch.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

Specification network() {
  auto specification = toy::specification();
  std::erase_if(specification.layers, [](const Layer& layer) { return layer.name == "drop"; });
  return specification;
}

/// The same training as a plain loop with LibTorch's own optimizers and layers; gives the loss of each step.
class PlainLoop {
 public:
  explicit PlainLoop(const Model& model) {
    for (const auto& weight : model.weights) {
      const std::vector<std::int64_t> shape(weight.shape.begin(), weight.shape.end());
      w_.push_back(at::from_blob(const_cast<float*>(weight.values.data()), shape, at::kFloat).clone());
    }
    for (const std::size_t i : {0, 1, 2, 3, 4, 5, 9, 10}) w_[i].set_requires_grad(true);
  }
  std::vector<at::Tensor> decaying() const { return {w_[0], w_[2], w_[9]}; }
  std::vector<at::Tensor> others() const { return {w_[1], w_[3], w_[4], w_[5], w_[10]}; }

  std::vector<double> run(torch::optim::Optimizer& optimizer, const AugmentationRecipe& batches,
                          const Schedule& schedule) {
    std::vector<double> losses;
    for (std::uint32_t epoch = 0; losses.size() < 50; ++epoch) {
      auto stream = BatchStream::training(batches, epoch, 16, 1);
      while (const auto* batch = stream.next()) {
        if (losses.size() == 50) break;
        losses.push_back(step(optimizer, *batch, batches.preprocessing,
                              schedule.at(static_cast<std::int64_t>(losses.size()))));
      }
    }
    return losses;
  }

 private:
  /// Images are normalised and blended by tensors.
  static at::Tensor images_of(const Batch& batch, const Preprocessing& how) {
    const auto n = static_cast<std::int64_t>(batch.size());
    const auto bytes = at::from_blob(const_cast<std::uint8_t*>(batch.images.data()), {n, 1, 8, 8}, at::kByte);
    const auto values = (bytes.to(at::kFloat) / 255 - how.mean[0]) / how.std[0];
    return values * batch.blended + values.flip(0) * (1 - batch.blended);
  }
  double step(torch::optim::Optimizer& optimizer, const Batch& batch, const Preprocessing& how, double rate) {
    for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
    optimizer.zero_grad();
    const auto n = static_cast<std::int64_t>(batch.size());
    const auto tensor_of = [n](const std::vector<std::int64_t>& labels) {
      return at::from_blob(const_cast<std::int64_t*>(labels.data()), {n}, at::kLong);
    };
    auto x = at::max_pool2d(at::relu(at::conv2d(images_of(batch, how), w_[0], w_[1], 1, 1)), 2);
    x = at::batch_norm(at::conv2d(x, w_[2], w_[3], 1, 1), w_[4], w_[5], w_[6], w_[7], true, 0.1, 1e-5, false);
    x = at::linear(at::max_pool2d(at::relu(x), 2).flatten(1), w_[9], w_[10]);
    auto loss = at::cross_entropy_loss(x, tensor_of(batch.labels));
    if (!batch.other_labels.empty()) {
      const auto other = at::cross_entropy_loss(x, tensor_of(batch.other_labels));
      loss = loss * batch.share + other * (1 - batch.share);
    }
    loss.backward();
    clip(1.0);
    optimizer.step();
    return loss.item<double>();
  }
  /// As torch.nn.utils.clip_grad_norm_.
  void clip(double limit) {
    double squares = 0;
    auto all = decaying();
    for (const auto& one : others()) all.push_back(one);
    for (const auto& one : all) squares += (one.grad() * one.grad()).sum().item<double>();
    const double factor = std::min(1.0, limit / (std::sqrt(squares) + 1e-6));
    for (const auto& one : all) one.grad().mul_(factor);
  }
  std::vector<at::Tensor> w_;
};

/// Fifty steps of 16 images.
toy::Training training() {
  return {.data = toy::images(80), .network = network()};
}
constexpr const char* common = R"({"epochs": 10, "batch_size": 16, "learning_rate": 0.01})";
const Schedule& schedule() {
  static const Schedule one({}, 0.01, 50);
  return one;
}

void check_same_losses(const std::vector<double>& values, const std::vector<double>& wanted) {
  REQUIRE(values.size() == wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(wanted[i]).epsilon(1e-5));
}

/// Trains with LibTorch's optimizer and with ours of that type, weights alone decaying.
template <class Theirs, class Options>
void check_like_libtorch(const std::string& type, const Options& options) {
  INFO(type);
  auto ours = training();
  PlainLoop loop(toy::model(ours.network, ours.data));
  const auto with_decay = [&](double decay) {
    auto group = options;
    return std::make_unique<Options>(group.weight_decay(decay));
  };
  Theirs optimizer({torch::optim::OptimizerParamGroup{loop.decaying(), with_decay(1e-4)},
                    torch::optim::OptimizerParamGroup{loop.others(), with_decay(0)}},
                   options);
  const auto losses = loop.run(optimizer, toy::batches(ours.data), schedule());
  auto settings = parse_json(common);
  settings["optimizer"]["type"] = type;
  check_same_losses(ours.run(settings.dump()).history->step_loss, losses);
}

}  // namespace

TEST_CASE("train: the losses of 50 steps are those of a plain loop with LibTorch's optimizers") {
  using namespace torch::optim;
  check_like_libtorch<AdamW>("adamw", AdamWOptions(0.01));
  check_like_libtorch<Adam>("adam", AdamOptions(0.01));
  check_like_libtorch<SGD>("sgd", SGDOptions(0.01).momentum(0.9).nesterov(true));
  check_like_libtorch<RMSprop>("rmsprop", RMSpropOptions(0.01).alpha(0.9).eps(1e-8));
  check_like_libtorch<Adagrad>("adagrad", AdagradOptions(0.01));
}

TEST_CASE("train: with mixed batches the losses are mixed as the images are") {
  auto ours = training();
  ours.policy = {Mixup{.alpha = 1, .p = 0.5}, CutMix{}};
  PlainLoop loop(toy::model(ours.network, ours.data));
  const auto options = [](double decay) {
    return std::make_unique<torch::optim::AdamWOptions>(torch::optim::AdamWOptions(0.01).weight_decay(decay));
  };
  torch::optim::AdamW adamw({{loop.decaying(), options(1e-4)}, {loop.others(), options(0)}});
  auto recipe = toy::batches(ours.data);
  recipe.policy = ours.policy;
  const auto losses = loop.run(adamw, recipe, schedule());
  check_same_losses(ours.run(common).history->step_loss, losses);
}
