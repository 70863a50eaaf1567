#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/lerp.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>

#include <memory>

#include "stages/model/architectures/architectures.hpp"
#include "stages/train/torch/list_rules.hpp"
#include "stages/train/torch/loss.hpp"
#include "stages/train/torch/optimizer.hpp"
#include "tests/bench/turns.hpp"

namespace fovea {
namespace {

/// The flat lists that an optimizer works on, as LibTorch sees them too.
struct Lists {
  std::vector<float> weights, gradients;
  OptimizerState state;
  UpdatedLists tensors;

  Lists(std::size_t count, const Optimizer& optimizer)
      : weights(count, 0.01F), gradients(count, 0.02F), state(optimizer.begin(count)) {
    tensors = {tensor(weights), tensor(gradients), {}};
    for (auto& one : state.moments) tensors.moments.push_back(tensor(one));
  }
  static at::Tensor tensor(std::vector<float>& list) {
    return at::from_blob(list.data(), {static_cast<std::int64_t>(list.size())}, at::kFloat);
  }
};

void compare_optimizer(const std::string& network, const NetworkInfo& info, const OptimizerParams& params) {
  compare("optimizer/" + params.type + "/" + network, [=] {
    auto parameters = info.weights();
    std::erase_if(parameters, [](const WeightInfo& one) { return one.role == WeightRole::buffer; });
    const FlatLayout layout(parameters, at::kCPU);
    const auto tensors = weight_runs(info, params);
    const std::shared_ptr<ListRule> plain = list_rule(params, layout, tensors, at::kCPU);
    const std::shared_ptr<Optimizer> own = make_optimizer(params);
    const auto runs = own->whole_tensors() ? tensors : merged(tensors);
    const auto lists = std::make_shared<Lists>(static_cast<std::size_t>(layout.length()), *own);
    const auto rate = at::full({}, 1e-6, at::kFloat), made = at::full({}, 3, at::kDouble);
    return std::pair{Body([=] { plain->step(lists->tensors, rate, made); }),
                     Body([=] { own->step(lists->weights, lists->gradients, runs, 1e-6, lists->state); })};
  });
}

/// What else is done to all gradients or weights at once.
void compare_lists(const std::string& network, const NetworkInfo& info) {
  using Do = std::function<void(Lists&)>;
  const auto add = [&](const std::string& name, const Do& plain, const Do& own) {
    compare("lists/" + name + "/" + network, [=] {
      std::size_t count = 0;
      for (const auto& one : info.weights()) count += static_cast<std::size_t>(one.count());
      const auto lists = std::make_shared<Lists>(count, *make_optimizer({}));
      return std::pair{Body([=] { plain(*lists); }), Body([=] { own(*lists); })};
    });
  };
  add(
      "norm_of",
      [](Lists& l) { at::linalg_vector_norm(l.tensors.gradients, 2, {}, false, at::kDouble).item<double>(); },
      [](Lists& l) { benchmark::DoNotOptimize(norm_of(l.gradients)); });
  add(
      "move_towards", [](Lists& l) { l.tensors.weights.lerp_(l.tensors.gradients, 0.01); },
      [](Lists& l) { move_towards(l.weights, l.gradients, 0.01F); });
}

void compare_losses() {
  for (const auto& [count, classes] : {std::pair{128, 10}, {64, 1000}}) {
    for (const double smoothing : {0.0, 0.1}) {
      compare("cross_entropy/" + std::to_string(classes) + "_classes" + (smoothing > 0 ? "_smoothed" : "") +
                  "/both",
              [count = count, classes = classes, smoothing] {
                Dataset data;
                for (int i = 0; i < classes; ++i) data.class_names.push_back(std::to_string(i));
                const std::shared_ptr<const Loss> own = make_loss({.label_smoothing = smoothing}, data);
                Batch batch;
                for (int i = 0; i < count; ++i) batch.labels.push_back(i % classes);
                const auto scores = at::randn({count, classes}).requires_grad_(true);
                const auto way_back = [=](const at::Tensor& sum) {
                  (sum / count).backward();
                  scores.mutable_grad().reset();
                };
                return std::pair{Body([=]() mutable {
                                   const auto labels = at::from_blob(
                                       batch.labels.data(), {static_cast<std::int64_t>(count)}, at::kLong);
                                   way_back(at::cross_entropy_loss(scores, labels, {}, at::Reduction::Sum,
                                                                   -100, smoothing));
                                 }),
                                 Body([=] { way_back((*own)(scores, batch).sum); })};
              });
    }
  }
}

}  // namespace

void compare_training() {
  for (const auto& [network, side] : {std::pair{"simple_cnn", 28}, {"resnet20", 32}, {"resnet18", 112}}) {
    const auto info = infer(build_specification(network, side, side, 3, 10));
    for (const char* type :
         {"adamw", "adam", "sgd", "rmsprop", "adadelta", "adagrad", "lion", "lamb", "muon"})
      compare_optimizer(network, info, {.type = type});
    compare_lists(network, info);
  }
  compare_losses();
}

}  // namespace fovea
