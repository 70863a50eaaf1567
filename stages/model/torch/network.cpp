#include "stages/model/torch/network.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stages/model/fusion.hpp"
#include "stages/model/torch/recompute.hpp"

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

}  // namespace

struct Network::Body {
  Specification specification;
  NetworkInfo info;
  NetworkWeights weights;
  std::vector<Step> steps;
  std::size_t image = 0;  ///< position of the image among the values
  std::vector<Dropped> dropped;

  Body(const Specification& given, at::Device where)
      : specification(given), info(infer(given)), weights(info, where), image(given.layers.size()) {
    make_steps();
  }

  void make_steps() {
    std::vector<std::size_t> first_view;
    std::size_t view = 0;
    for (const auto& layer : info.layers) {
      first_view.push_back(view);
      view += layer.weights.size();
    }
    for (const auto& group : fusion_groups(specification, info)) {
      Step step{.output = group.back(),
                .kind = specification.layers[group[0]].kind,
                .norm = {},
                .inputs = info.layers[group[0]].inputs,
                .weights = {},
                .last_use = {},
                .epilogue = epilogue_of(specification, group)};
      for (std::size_t i = 0; i < group.size(); ++i) {
        const auto& [kind, own] = std::tie(specification.layers[group[i]].kind, info.layers[group[i]]);
        for (std::size_t w = 0; w < own.weights.size(); ++w) step.weights.push_back(first_view[group[i]] + w);
        if (const auto* norm = std::get_if<BatchNorm>(&kind); norm != nullptr && i > 0) step.norm = *norm;
        if (std::holds_alternative<Add>(kind) && i > 0)
          step.inputs.push_back(own.inputs[0] == group[i - 1] ? own.inputs[1] : own.inputs[0]);
      }
      std::replace(step.inputs.begin(), step.inputs.end(), LayerInfo::image, image);
      note_dropout(step);
      steps.push_back(std::move(step));
    }
    mark_last_uses();
  }

  void note_dropout(Step& step) {
    const auto* some = std::get_if<Dropout>(&step.kind);
    const auto* whole = std::get_if<StochasticDepth>(&step.kind);
    const double rate = some != nullptr ? some->rate : whole != nullptr ? whole->rate : 0;
    if (rate == 0) return;
    step.dropout = dropped.size();
    dropped.push_back({static_cast<std::uint32_t>(step.output), rate,
                       some != nullptr ? product(info.layers[step.output].output) : 1});
  }

  /// Neighbouring steps that compute from one value.
  struct Section {
    std::size_t input = 0;  ///< number of that value
    std::size_t begin = 0, end = 0;
  };
  Section whole() const { return {image, 0, steps.size()}; }

  at::Tensor compute(const Section& part, const at::Tensor& input, const Pass& pass) const {
    std::vector<at::Tensor> values(image + 1);
    values[part.input] = input;
    for (auto i = part.begin; i < part.end; ++i) {
      const auto& step = steps[i];
      values[step.output] = computed(step, {values, weights.views(), weights.apart()}, pass);
      for (const auto used : step.last_use) values[used].reset();
    }
    return values[steps[part.end - 1].output];
  }

  /// Returns the steps in about sqrt(n) sections of about sqrt(n) steps. Cuts are where a single value is
  /// alive.
  std::vector<Section> parts() const {
    const auto least = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(steps.size()))));
    std::vector<Section> parts{{image, 0, 0}};
    std::size_t alive = 1;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      alive += 1 - steps[i].last_use.size();
      parts.back().end = i + 1;
      const bool can_cut = alive == 1 && i + 1 < steps.size();
      if (can_cut && parts.back().end - parts.back().begin >= least)
        parts.push_back({steps[i].output, i + 1, i + 1});
    }
    return parts;
  }

  void mark_last_uses() {
    std::vector<bool> seen(image + 1, false);
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      for (const auto from : step->inputs) {
        if (!seen[from]) step->last_use.push_back(from);
        seen[from] = true;
      }
    }
  }
};

Network::Network(const Specification& specification, const std::vector<NamedArray>& weights,
                 at::Device device)
    : body_(std::make_unique<Body>(specification, device)) {
  expect_weights(specification, weights);
  const auto infos = body_->info.weights();
  auto parameter = parameters().begin(), buffer = buffers().begin();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    auto& to = infos[i].role == WeightRole::buffer ? buffer : parameter;
    to = std::copy(weights[i].values.begin(), weights[i].values.end(), to);
  }
  to_device();
}

Network::Network(Network&&) noexcept = default;
Network::~Network() = default;

at::Tensor Network::forward(const at::Tensor& images, const Pass& pass) {
  return compute(images.to(body_->weights.device()), pass).to(at::kCPU);
}

at::Tensor Network::compute(const at::Tensor& images, const Pass& pass) {
  auto& body = *body_;
  body.weights.begin_pass(type_of(pass.precision), pass.training);
  if (!pass.recompute || !at::GradMode::is_enabled())
    return body.compute(body.whole(), images, pass).to(at::kFloat);
  auto value = images;
  const auto parts = body.parts();
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto compute_part = [this, part = parts[i], pass](const at::Tensor& x, bool again) {
      auto same = pass;
      same.again = again;
      return body_->compute(part, x, same);
    };
    value = recomputed(compute_part, value);
  }
  return body.compute(parts.back(), value, pass).to(at::kFloat);
}

void Network::to_device() {
  body_->weights.up();
}
void Network::from_device() {
  body_->weights.down();
}
NetworkWeights& Network::lists() {
  return body_->weights;
}
const std::vector<Dropped>& Network::dropped() const {
  return body_->dropped;
}

std::span<float> Network::parameters() {
  return body_->weights.parameters();
}
std::span<float> Network::gradients() {
  return body_->weights.gradients();
}
std::span<float> Network::buffers() {
  return body_->weights.buffers();
}

Weights Network::weights() const {
  const auto parameters = body_->weights.parameters(), buffers = body_->weights.buffers();
  return {{parameters.begin(), parameters.end()}, {buffers.begin(), buffers.end()}};
}

void Network::load(const Weights& weights) {
  assert(weights.parameters.size() == parameters().size());
  std::copy(weights.parameters.begin(), weights.parameters.end(), parameters().begin());
  std::copy(weights.buffers.begin(), weights.buffers.end(), buffers().begin());
  to_device();
}

std::vector<NamedArray> Network::named(const Weights& weights) const {
  std::vector<NamedArray> arrays;
  auto parameter = weights.parameters.begin(), buffer = weights.buffers.begin();
  for (const auto& weight : body_->info.weights()) {
    auto& from = weight.role == WeightRole::buffer ? buffer : parameter;
    arrays.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                      std::vector<float>(from, from + weight.count())});
    from += weight.count();
  }
  return arrays;
}

at::Tensor image_tensor(std::span<const float> images, const Specification& specification) {
  const auto [c, h, w] = std::tuple{specification.channels, specification.height, specification.width};
  const auto n = static_cast<std::int64_t>(images.size()) / (c * h * w);
  return at::from_blob(const_cast<float*>(images.data()), {n, c, h, w}, {c * h * w, 1, c * w, c}, at::kFloat);
}

}  // namespace fovea
