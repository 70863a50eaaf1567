#include "stages/train/torch/learner.hpp"

#include <cmath>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/train/frozen_weights.hpp"
#include "stages/train/torch/host_learner.hpp"
#include "stages/train/torch/resident_learner.hpp"

namespace fovea {

std::unique_ptr<Learner> Learner::make(const Train::In<Value>& in, const Train::Params& params,
                                       std::uint64_t seed, const ComputeDevice& device) {
  if (torch_device(device) == at::Device(at::kCPU))
    return std::make_unique<HostLearner>(in, params, seed, device);
  return std::make_unique<ResidentLearner>(in, params, seed, device);
}

Learner::Learner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                 const ComputeDevice& device)
    : in_(in),
      params_(params),
      seed_(seed),
      precision_(precision_of(params.precision, device)),
      network_(*in.model, torch_device(device)),
      tensors_(weight_runs(infer(in.model->specification), params.optimizer)),
      optimizer_(make_optimizer(params.optimizer)),
      loss_(make_loss(params.loss, *in.batches->data)) {
  for (const auto& weight : infer(in.model->specification).weights()) {
    if (weight.role != WeightRole::buffer) names_.push_back(weight.name);
  }
}

void Learner::begin(TrainState& state) {
  fill(state);
  take(state);
}

void Learner::fill(TrainState& state) const {
  const auto weights = network_.weights();
  state.optimizer = optimizer_->begin(weights.parameters.size());
  if (params_.ema_decay > 0) state.average = weights;
  if (precision_ == Precision::fp16) state.loss_scale.emplace();
  if (params_.track_gradients) state.gradient_norms = GradientSums(names_.size());
}

bool Learner::begin_epoch(TrainState& state) {
  const auto& freeze = params_.freeze;
  if (freeze.ends_before(state.epoch) && state.step_in_epoch == 0) {
    fetch(state);
    state.optimizer = optimizer_->begin(network_.weights().parameters.size());
    take(state);
  }
  const auto info = infer(in_.model->specification);
  const auto frozen = freeze.holds_in(state.epoch) ? frozen_weights(info, freeze) : std::vector<bool>{};
  if (frozen == frozen_) return false;
  frozen_ = frozen;
  tensors_ = weight_runs(info, params_.optimizer);
  if (!frozen.empty()) tensors_ = without_frozen(std::move(tensors_), info, frozen);
  network_.freeze(frozen);
  learn_anew();
  return true;
}

std::size_t Learner::frozen_parameters() const {
  const auto weights = infer(in_.model->specification).weights();
  std::size_t count = 0;
  for (std::size_t i = 0; i < frozen_.size(); ++i)
    count += frozen_[i] && weights[i].role != WeightRole::buffer ? 1 : 0;
  return count;
}

void Learner::restore(const TrainState& state) {
  expect_fits(state);
  network_.load(state.weights);
  take(state);
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
  fill(wanted);
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

Tally Learner::scored(const Dataset& data, const TrainState& state, const Context& context) {
  const auto& batches = *in_.batches;
  Tally tally;
  score(network_, in_.model->specification,
        BatchStream::plain(data, batches.preprocessing, static_cast<std::size_t>(params_.images_a_pass()),
                           context.threads),
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
