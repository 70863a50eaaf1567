#include "stages/model/torch/steps.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/rsqrt.h>

#include <algorithm>

#include "stages/model/fusion.hpp"

namespace fovea {
namespace {

/// Returns the epilogue of a group's normalisation or ReLU.
Epilogue epilogue_of(const Specification& specification, const std::vector<std::size_t>& group) {
  const auto has = [&]<class Kind>(std::type_identity<Kind>) {
    return std::any_of(group.begin() + 1, group.end(), [&](std::size_t layer) {
      return std::holds_alternative<Kind>(specification.layers[layer].kind);
    });
  };
  if (has(std::type_identity<MaxPool>{})) return Epilogue::relu_and_pool;
  if (has(std::type_identity<Add>{})) return Epilogue::add_and_relu;
  return has(std::type_identity<Relu>{}) ? Epilogue::relu : Epilogue::nothing;
}

/// For each layer the number of its first weight.
std::vector<std::size_t> first_weights(const NetworkInfo& info) {
  std::vector<std::size_t> first;
  std::size_t number = 0;
  for (const auto& layer : info.layers) {
    first.push_back(number);
    number += layer.weights.size();
  }
  return first;
}

void note_dropout(Step& step, const NetworkInfo& info, std::vector<Dropped>& dropped) {
  const auto* some = std::get_if<Dropout>(&step.kind);
  const auto* whole = std::get_if<StochasticDepth>(&step.kind);
  const double rate = some != nullptr ? some->rate : whole != nullptr ? whole->rate : 0;
  if (rate == 0) return;
  step.dropout = dropped.size();
  dropped.push_back({static_cast<std::uint32_t>(step.output), rate,
                     some != nullptr ? product(info.layers[step.output].output) : 1});
}

void mark_last_uses(Steps& steps, const std::vector<std::size_t>& kept) {
  std::vector<bool> seen(steps.image + 1, false);
  for (const auto layer : kept) seen[layer] = true;
  for (auto step = steps.all.rbegin(); step != steps.all.rend(); ++step) {
    for (const auto from : step->inputs) {
      if (!seen[from]) step->last_use.push_back(from);
      seen[from] = true;
    }
  }
}

}  // namespace

Steps steps_of(const Specification& specification, const NetworkInfo& info,
               const std::vector<std::size_t>& kept) {
  Steps steps{.all = {}, .dropped = {}, .image = info.layers.size()};
  const auto first = first_weights(info);
  for (const auto& group : fusion_groups(specification, info, kept)) {
    Step step{.output = group.back(),
              .kind = specification.layers[group[0]].kind,
              .norm = {},
              .inputs = info.layers[group[0]].inputs,
              .weights = {},
              .last_use = {},
              .epilogue = epilogue_of(specification, group)};
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto& [kind, own] = std::tie(specification.layers[group[i]].kind, info.layers[group[i]]);
      for (std::size_t w = 0; w < own.weights.size(); ++w) step.weights.push_back(first[group[i]] + w);
      if (const auto* norm = std::get_if<BatchNorm>(&kind); norm != nullptr && i > 0) step.norm = *norm;
      if (std::holds_alternative<Add>(kind) && i > 0)
        step.inputs.push_back(own.inputs[0] == group[i - 1] ? own.inputs[1] : own.inputs[0]);
    }
    std::replace(step.inputs.begin(), step.inputs.end(), LayerInfo::image, steps.image);
    note_dropout(step, info, steps.dropped);
    steps.all.push_back(std::move(step));
  }
  mark_last_uses(steps, kept);
  return steps;
}

void mark_frozen(Steps& steps, const std::vector<bool>& frozen) {
  std::vector<bool> fixed(steps.image + 1, false);
  fixed[steps.image] = !frozen.empty();
  for (auto& step : steps.all) {
    const auto is_frozen = [&](std::size_t weight) { return !frozen.empty() && frozen[weight]; };
    const bool has_norm = step.norm || std::holds_alternative<BatchNorm>(step.kind);
    step.norm_frozen = has_norm && is_frozen(step.weights[step.weights.size() - 3]);
    step.frozen = std::ranges::all_of(step.weights, is_frozen) &&
                  std::ranges::all_of(step.inputs, [&](std::size_t from) { return fixed[from]; });
    fixed[step.output] = step.frozen;
  }
}

void fold_norms(Steps& steps, std::vector<at::Tensor>& weights, at::ScalarType type) {
  for (auto& step : steps.all) {
    auto* conv = std::get_if<Conv>(&step.kind);
    if (conv == nullptr || !step.norm) continue;
    // The convolution has no bias: its weight, then those of the normalisation.
    const auto of = [&](std::size_t i) { return weights[step.weights[i]].detach().to(at::kFloat); };
    const auto factor = of(1) * (of(4) + step.norm->epsilon).rsqrt();
    const auto first = weights.size();
    weights.push_back(
        (of(0) * factor.view({-1, 1, 1, 1})).to(type).contiguous(at::MemoryFormat::ChannelsLast));
    weights.push_back((of(2) - of(3) * factor).to(type));
    step.weights = {first, first + 1};
    step.norm.reset();
    conv->bias = true;
  }
}

}  // namespace fovea
