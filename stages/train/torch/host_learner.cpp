#include "stages/train/torch/host_learner.hpp"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cassert>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/train/progress.hpp"

namespace fovea {
namespace {

std::span<float> part_of(std::span<float> values, const WeightRun& run) {
  return values.subspan(run.first, run.count);
}

void limit_norm(std::span<float> values, double norm, double limit) {
  if (norm > limit) scale(values, static_cast<float>(limit / (norm + 1e-6)));
}

/// Swaps the network's weights for others, for its lifetime.
class SwappedWeights {
 public:
  SwappedWeights(Network& network, Weights& others) : network_(network), others_(others) { swap(); }
  ~SwappedWeights() { swap(); }
  SwappedWeights(const SwappedWeights&) = delete;

 private:
  void swap() {
    std::swap_ranges(others_.parameters.begin(), others_.parameters.end(), network_.parameters().begin());
    std::swap_ranges(others_.buffers.begin(), others_.buffers.end(), network_.buffers().begin());
  }
  Network& network_;
  Weights& others_;
};

}  // namespace

HostLearner::HostLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                         const ComputeDevice& device)
    : Learner(in, params, seed, device),
      input_(in.model->specification, in.batches->preprocessing, at::kCPU),
      runs_(runs()) {
  std::size_t buffer = 0;
  for (const auto& weight : infer(in.model->specification).weights()) {
    if (weight.role != WeightRole::buffer) continue;
    if (weight.name.ends_with("num_batches_tracked")) counters_.push_back(buffer);
    buffer += static_cast<std::size_t>(weight.count());
  }
}

void HostLearner::step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) {
  const auto [loss, weight, images] = learn(stream, number, state);
  Stopwatch watch;
  const double norm = norm_of(network_.gradients());
  if (is_to_be_made(norm, number, state)) {
    if (params_.track_gradients) track(state);
    clip(norm);
    optimizer_->step(network_.parameters(), network_.gradients(), runs_, rate, state.optimizer);
    if (params_.ema_decay > 0) average(state);
  }
  state.phases.update += watch.seconds();
  state.history.step_loss.push_back(loss / weight);
  state.history.step_learning_rate.push_back(rate);
  state.history.step_gradient_norm.push_back(norm);
}

Learner::Sums HostLearner::learn(BatchStream& stream, std::int64_t number, TrainState& state) {
  Stopwatch watch;
  const auto gradients = network_.gradients();
  std::fill(gradients.begin(), gradients.end(), 0.0F);
  state.phases.update += watch.lap();
  Sums all;
  const double scale_of_loss = state.loss_scale ? state.loss_scale->scale : 1;
  double divisor = 0;  // of the first batch's sum, and of all sums of the step
  for (std::int64_t part = 0; part < params_.accumulate_steps; ++part) {
    watch.lap();
    const auto* batch = stream.next();
    state.phases.waiting += watch.lap();
    if (batch == nullptr) break;
    const auto pass_number = static_cast<std::uint64_t>(number * params_.accumulate_steps + part);
    const Pass pass{.training = true,
                    .precision = precision_,
                    .seed = seed_,
                    .number = pass_number,
                    .recompute = params_.gradient_checkpointing};
    const auto scores = network_.forward(input_(batch->images, batch->blended), pass);
    const auto [sum, weight] = (*loss_)(scores, *batch);
    const double value = sum.item<float>();
    expect_finite(value, number, state);
    if (divisor == 0) divisor = weight;
    state.phases.forward += watch.lap();
    (sum / (divisor / scale_of_loss)).backward();
    state.phases.backward += watch.lap();
    state.tally.add(value / weight, values_of(scores), *batch);
    all = {all.loss + value, all.weight + weight, all.images + static_cast<std::int64_t>(batch->size())};
  }
  assert(all.images > 0);
  const double factor = divisor / all.weight / scale_of_loss;
  if (factor != 1) scale(gradients, static_cast<float>(factor));
  return all;
}

void HostLearner::track(TrainState& state) {
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    state.gradient_norms.add(i, norm_of(part_of(network_.gradients(), tensors_[i])));
}

void HostLearner::clip(double global) {
  const auto& limits = params_.clip;
  const auto gradients = network_.gradients();
  if (limits.value) clamp(gradients, static_cast<float>(*limits.value));
  if (limits.local_norm) {
    for (const auto& tensor : tensors_) {
      const auto part = part_of(gradients, tensor);
      limit_norm(part, norm_of(part), *limits.local_norm);
    }
  }
  if (!limits.global_norm) return;
  limit_norm(gradients, limits.value || limits.local_norm ? norm_of(gradients) : global, *limits.global_norm);
}

void HostLearner::average(TrainState& state) {
  const auto steps = static_cast<double>(state.optimizer.step);
  const auto share = static_cast<float>(1 - std::min(params_.ema_decay, (1 + steps) / (10 + steps)));
  auto& [parameters, buffers] = state.average;
  move_towards(parameters, network_.parameters(), share);
  move_towards(buffers, network_.buffers(), share);
  for (const auto i : counters_) buffers[i] = network_.buffers()[i];
}

Tally HostLearner::validate(const Dataset& data, TrainState& state, const Context& context) {
  std::optional<SwappedWeights> averaged;
  if (params_.ema_decay > 0) averaged.emplace(network_, state.average);
  return scored(data, state, context);
}

}  // namespace fovea
