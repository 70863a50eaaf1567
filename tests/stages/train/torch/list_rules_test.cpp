#include "stages/train/torch/list_rules.hpp"

#include <ATen/ops/full.h>

#include <cmath>

#include "stages/train/torch/optimizer.hpp"
#include "tests/catch.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

std::vector<float> made_up(std::size_t count, double phase) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i)
    numbers[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i) + phase));
  return numbers;
}

double apart(std::span<const float> a, std::span<const float> b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return largest;
}

}  // namespace

TEST_CASE("list rules: every optimizer moves lists of a device as the CPU's loops move the host's") {
  const auto specification = toy::specification();
  const auto info = infer(specification);
  auto parameters = info.weights();
  std::erase_if(parameters, [](const WeightInfo& one) { return one.role == WeightRole::buffer; });
  const FlatLayout layout(parameters, walled::device());
  std::size_t count = 0;
  for (const auto& one : parameters) count += static_cast<std::size_t>(one.count());

  std::vector<OptimizerParams> all;
  for (const char* type :
       {"sgd", "adam", "adamw", "rmsprop", "adadelta", "adagrad", "lion", "lamb", "muon"}) {
    for (const double decay : {0.0, 0.1}) all.push_back({.type = type, .weight_decay = decay});
  }
  all.push_back({.type = "sgd", .momentum = 0.0});
  all.push_back({.type = "sgd", .nesterov = false});
  all.push_back({.type = "muon", .nesterov = false});
  all.push_back({.type = "rmsprop", .momentum = 0.5, .centered = true});
  all.push_back({.type = "adamw", .amsgrad = true});
  all.push_back({.type = "lamb",
                 .layer_decay = 0.5,
                 .parameter_groups = {{.names = "*.bias", .rate = 3}, {.names = "conv1*", .rate = 0}}});
  all.push_back({.type = "adamw",
                 .layer_decay = 0.5,
                 .parameter_groups = {{.names = "*.bias", .rate = 3, .weight_decay = 0.2},
                                      {.names = "conv1*", .rate = 0}}});
  for (const auto& params : all) {
    INFO(write_params(params).dump());
    const auto tensors = weight_runs(info, params);
    const auto optimizer = make_optimizer(params);
    const auto rule = list_rule(params, layout, tensors, walled::device());
    REQUIRE(rule != nullptr);
    auto weights = made_up(count, 0.1), moved = weights;
    auto state = optimizer->begin(count);
    UpdatedLists lists{layout.zeros(), layout.zeros(), {}};
    for (std::size_t i = 0; i < state.moments.size(); ++i) lists.moments.push_back(layout.zeros());
    layout.up(weights, lists.weights);
    for (std::int64_t step = 1; step <= 3; ++step) {
      const auto gradients = made_up(count, static_cast<double>(step));
      optimizer->step(weights, gradients, optimizer->whole_tensors() ? tensors : merged(tensors), 0.01,
                      state);
      layout.up(gradients, lists.gradients);
      const auto number = [](double value, at::ScalarType type) {
        return at::full({}, value, at::TensorOptions(type)).to(walled::device());
      };
      rule->step(lists, number(0.01, at::kFloat), number(static_cast<double>(step), at::kDouble));
      layout.down(lists.weights, moved);
      CHECK(apart(moved, weights) < 2e-6);
    }
    std::vector<float> moment(count);
    for (std::size_t i = 0; i < state.moments.size(); ++i) {
      if (params.type == "lamb" && !params.parameter_groups.empty())
        continue;  // of frozen weights it goes on
      layout.down(lists.moments[i], moment);
      CHECK(apart(moment, state.moments[i]) < 2e-6);
    }
  }
}
