#include "stages/learn/learner.hpp"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stages/learn/progress.hpp"
#include "stages/learn/scoring.hpp"
#include "stages/model/torch_device.hpp"

namespace fovea {
namespace {

std::span<float> part_of(std::span<float> values, const WeightRun& run) {
  return values.subspan(run.first, run.count);
}

void limit_norm(std::span<float> values, double norm, double limit) {
  if (norm > limit) scale(values, static_cast<float>(limit / (norm + 1e-6)));
}

/// Computes with other weights for as long as it lives.
class OtherWeights {
 public:
  OtherWeights(Network& network, Weights& others) : network_(network), others_(others) { swap(); }
  ~OtherWeights() { swap(); }
  OtherWeights(const OtherWeights&) = delete;

 private:
  void swap() {
    std::swap_ranges(others_.parameters.begin(), others_.parameters.end(), network_.parameters().begin());
    std::swap_ranges(others_.buffers.begin(), others_.buffers.end(), network_.buffers().begin());
  }
  Network& network_;
  Weights& others_;
};

}  // namespace

Learner::Learner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                 const ComputeDevice& device)
    : in_(in),
      params_(params),
      seed_(seed),
      precision_(precision_of(params.precision, device)),
      network_(*in.model, torch_device(device)),
      tensors_(weight_runs(infer(in.model->specification), params.optimizer)),
      optimizer_(make_optimizer(params.optimizer)),
      runs_(optimizer_->whole_tensors() ? tensors_ : merged(tensors_)),
      loss_(make_loss(params.loss, *in.batches->data)) {
  std::size_t buffer = 0;
  for (const auto& weight : infer(in.model->specification).weights()) {
    if (weight.role != WeightRole::buffer) {
      names_.push_back(weight.name);
      continue;
    }
    if (weight.name.ends_with("num_batches_tracked")) counters_.push_back(buffer);
    buffer += static_cast<std::size_t>(weight.count());
  }
}

void Learner::begin(TrainState& state) const {
  const auto weights = network_.weights();
  state.optimizer = optimizer_->begin(weights.parameters.size());
  if (params_.ema_decay > 0) state.average = weights;
  if (precision_ == Precision::fp16) state.loss_scale.emplace();
  if (params_.track_gradients) state.gradient_norms = GradientSums(names_.size());
}

void Learner::step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) {
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

Learner::Sums Learner::learn(BatchStream& stream, std::int64_t number, TrainState& state) {
  Stopwatch watch;
  const auto gradients = network_.gradients();
  std::fill(gradients.begin(), gradients.end(), 0.0F);
  network_.to_device();
  state.phases.update += watch.lap();
  Sums all;
  const double scale_of_loss = state.loss_scale ? state.loss_scale->scale : 1;
  double divisor = 0;  // what the sums of the first batch were divided by, and so all are
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
    const auto scores = network_.forward(image_tensor(batch->images, in_.model->specification), pass);
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
  network_.from_device();
  const double factor = divisor / all.weight / scale_of_loss;
  if (factor != 1) scale(gradients, static_cast<float>(factor));
  return all;
}

bool Learner::is_to_be_made(double norm, std::int64_t number, TrainState& state) const {
  if (!state.loss_scale) return true;
  const bool finite = std::isfinite(norm);
  state.loss_scale->update(finite);
  if (!state.loss_scale->has_vanished()) return finite;
  throw Error("gradients are not finite at epoch " + std::to_string(state.epoch + 1) + ", step " +
              std::to_string(number % state.history.steps_per_epoch + 1) +
              ", whatever the loss is scaled by; lower \"learning_rate\" (now " +
              shown(params_.learning_rate) + "), or set \"precision\" to \"bf16\" or \"fp32\"");
}

void Learner::expect_finite(double loss, std::int64_t number, const TrainState& state) const {
  if (std::isfinite(loss)) return;
  refuse_loss("loss", loss,
              "at epoch " + std::to_string(state.epoch + 1) + ", step " +
                  std::to_string(number % state.history.steps_per_epoch + 1));
}

void Learner::refuse_loss(const std::string& what, double loss, const std::string& where) const {
  const auto& limit = params_.clip.global_norm;
  const std::string clip =
      limit ? "lower \"clip.global_norm\" (now " + shown(*limit) + ")" : "set \"clip.global_norm\"";
  throw LossNotFinite(what + " is " + (std::isnan(loss) ? "nan " : "inf ") + where +
                      "; lower \"learning_rate\" (now " + shown(params_.learning_rate) + ") or " + clip);
}

void Learner::expect_fits(const TrainState& state) const {
  TrainState wanted;
  begin(wanted);
  const auto lengths = [](const OptimizerState& optimizer) {
    std::vector<std::size_t> all;
    for (const auto& one : optimizer.moments) all.push_back(one.size());
    return all;
  };
  const auto alike = [](const Weights& a, const Weights& b) {
    return a.parameters.size() == b.parameters.size() && a.buffers.size() == b.buffers.size();
  };
  const auto weights = network_.weights();
  const bool has_best = state.history.epochs() > 0;
  if (alike(state.weights, weights) && alike(state.average, wanted.average) &&
      alike(state.best_weights, has_best ? weights : Weights{}) &&
      lengths(state.optimizer) == lengths(wanted.optimizer) &&
      state.gradient_norms.sum.size() == wanted.gradient_norms.sum.size() &&
      state.gradients.names == (params_.track_gradients ? names_ : std::vector<std::string>{}) &&
      state.loss_scale.has_value() == wanted.loss_scale.has_value()) {
    return;
  }
  throw Error("saved progress is of another network or of other settings");
}

void Learner::track(TrainState& state) {
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    state.gradient_norms.add(i, norm_of(part_of(network_.gradients(), tensors_[i])));
}

void Learner::clip(double global) {
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

void Learner::average(TrainState& state) {
  const auto steps = static_cast<double>(state.optimizer.step);
  const auto share = static_cast<float>(1 - std::min(params_.ema_decay, (1 + steps) / (10 + steps)));
  auto& [parameters, buffers] = state.average;
  move_towards(parameters, network_.parameters(), share);
  move_towards(buffers, network_.buffers(), share);
  for (const auto i : counters_) buffers[i] = network_.buffers()[i];
}

Tally Learner::validate(const Dataset& data, TrainState& state, const Context& context) {
  std::optional<OtherWeights> averaged;
  if (params_.ema_decay > 0) averaged.emplace(network_, state.average);
  const auto& batches = *in_.batches;
  Tally tally;
  score(network_, in_.model->specification,
        BatchStream::plain(data, batches.mean, batches.deviation,
                           static_cast<std::size_t>(params_.batch_size), context.threads),
        precision_, context, [&](const at::Tensor& scores, const Batch& batch) {
          const auto [sum, weight] = (*loss_)(scores, batch);
          tally.add(sum.item<float>() / weight, values_of(scores), batch);
        });
  if (!std::isfinite(tally.loss))
    refuse_loss("validation loss", tally.loss, "after epoch " + std::to_string(state.epoch + 1));
  return tally;
}

Weights Learner::kept(const TrainState& state) const {
  return params_.ema_decay > 0 ? state.average : network_.weights();
}

}  // namespace fovea
