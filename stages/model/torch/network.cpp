#include "stages/model/torch/network.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cassert>

#include "stages/model/recompute_sections.hpp"
#include "stages/model/torch/bound_module.hpp"
#include "stages/model/torch/recompute.hpp"
#include "stages/model/torch/steps.hpp"

namespace fovea {
namespace {

/// The numbers of the layers of these names.
std::vector<std::size_t> numbers_of(const std::vector<std::string>& names,
                                    const Specification& specification) {
  std::vector<std::size_t> numbers;
  for (const auto& name : names) {
    const auto& layers = specification.layers;
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const Layer& one) { return one.name == name; });
    if (found == layers.end()) {
      std::vector<std::string> known;
      for (const auto& layer : layers) known.push_back(layer.name);
      throw Error("unknown layer " + quote(name) + suggestion(name, known));
    }
    numbers.push_back(static_cast<std::size_t>(found - layers.begin()));
  }
  return numbers;
}

}  // namespace

struct Network::Body {
  Specification specification;
  NetworkInfo info;
  std::unique_ptr<BoundModule> own;  ///< where the network is a module of one's own
  NetworkWeights weights;
  Steps steps;
  /// What `fold` made of them, with the weights that those compute with.
  Steps folded;
  std::vector<at::Tensor> folded_weights;

  Body(const Specification& given, at::Device where)
      : specification(given),
        info(infer(given)),
        own(own_module_of(given) == nullptr ? nullptr : std::make_unique<BoundModule>(given, where)),
        weights(info, where, bind()),
        steps(steps_of(specification, info)) {}

  NetworkWeights::Bind bind() {
    if (own == nullptr) return {};
    return [this](std::size_t number, const at::Tensor& view) { return own->bind(number, view); };
  }

  /// Prepares the weights for a pass. A module of one's own has them in fp32, and counts batches by itself.
  void begin_pass(const Pass& pass) {
    if (own == nullptr) weights.begin_pass(type_of(pass.precision), pass.training);
  }

  void freeze(const std::vector<bool>& frozen) {
    if (own != nullptr) own->freeze(frozen);
    weights.freeze(frozen);
    mark_frozen(steps, frozen);
  }

  /// Neighbouring steps that compute from one value.
  struct Section {
    std::size_t input = 0;  ///< number of that value
    std::size_t begin = 0, end = 0;
  };
  Section whole(const Steps& some) const { return {some.image, 0, some.all.size()}; }

  /// Computes a section; `values` has those of all steps so far.
  void compute(const Steps& some, const Section& part, const std::vector<at::Tensor>& with, const Pass& pass,
               std::vector<at::Tensor>& values) const {
    for (auto i = part.begin; i < part.end; ++i) {
      const auto& step = some.all[i];
      const at::AutoGradMode differentiated(at::GradMode::is_enabled() && !step.frozen);
      values[step.output] = computed(step, {values, with, weights.apart(), own.get()}, pass);
      for (const auto used : step.last_use) values[used].reset();
    }
  }
  at::Tensor compute(const Steps& some, const Section& part, const std::vector<at::Tensor>& with,
                     const at::Tensor& input, const Pass& pass) const {
    std::vector<at::Tensor> values(some.image + 1);
    values[part.input] = input;
    compute(some, part, with, pass, values);
    return values[some.all[part.end - 1].output];
  }

  /// Returns the sections whose values are computed again in the backward pass.
  std::vector<Section> parts() const {
    std::vector<std::size_t> ended;
    for (const auto& step : steps.all) ended.push_back(step.last_use.size());
    std::vector<Section> parts;
    std::size_t begin = 0;
    for (const auto end : recompute_sections(ended)) {
      parts.push_back({begin == 0 ? steps.image : steps.all[begin - 1].output, begin, end});
      begin = end;
    }
    return parts;
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
  body.begin_pass(pass);
  const auto& views = body.weights.views();
  if (!body.folded.all.empty() && !pass.training && !at::GradMode::is_enabled())
    return body.compute(body.folded, body.whole(body.folded), body.folded_weights, images, pass)
        .to(at::kFloat);
  if (!pass.recompute || !at::GradMode::is_enabled())
    return body.compute(body.steps, body.whole(body.steps), views, images, pass).to(at::kFloat);
  auto value = images;
  const auto parts = body.parts();
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto compute_part = [this, part = parts[i], pass](const at::Tensor& x, bool again) {
      auto same = pass;
      same.again = again;
      return body_->compute(body_->steps, part, body_->weights.views(), x, same);
    };
    const bool frozen = body.steps.all[parts[i].end - 1].frozen;
    value = frozen ? compute_part(value, false) : recomputed(compute_part, value);
  }
  return body.compute(body.steps, parts.back(), views, value, pass).to(at::kFloat);
}

Observed Network::observe(const at::Tensor& images, const Pass& pass,
                          const std::vector<std::string>& layers) {
  auto& body = *body_;
  const auto kept = numbers_of(layers, body.specification);
  const auto steps = steps_of(body.specification, body.info, kept);
  body.begin_pass(pass);
  std::vector<at::Tensor> values(steps.image + 1);
  values[steps.image] = images;
  body.compute(steps, body.whole(steps), body.weights.views(), pass, values);
  Observed observed{values[body.info.output].to(at::kFloat), {}};
  for (const auto layer : kept) observed.values.push_back(values[layer]);
  return observed;
}

void Network::fold(Precision precision) {
  auto& body = *body_;
  const at::NoGradGuard no_gradients;
  body.folded = body.steps;
  body.folded_weights = body.weights.views();
  fold_norms(body.folded, body.folded_weights, type_of(precision));
}

void Network::to_device() {
  body_->weights.up();
}
void Network::from_device() {
  body_->weights.down();
}
void Network::freeze(const std::vector<bool>& frozen) {
  body_->freeze(frozen);
}
NetworkWeights& Network::lists() {
  return body_->weights;
}
const std::vector<Dropped>& Network::dropped() const {
  return body_->steps.dropped;
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
  body_->folded = {};
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
