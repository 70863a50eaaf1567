#include "stages/learn/trainer.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "runtime/store/checkpoints.hpp"
#include "stages/learn/scoring.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

std::int64_t steps_per_epoch(const Train::In<Value>& in, const Train::Params& params) {
  const auto images = static_cast<std::int64_t>(in.batches->data->size());
  const auto whole = images / params.batch_size;
  if (!params.drop_last) return whole + (images % params.batch_size != 0);
  if (whole > 0) return whole;
  throw Error("batch_size: a batch of " + std::to_string(params.batch_size) + " is more than all " +
              std::to_string(images) + " images; give at most " + std::to_string(images) +
              ", or set \"drop_last\" to false");
}

/// The inputs, once they are known to belong together.
const Train::In<Value>& checked(const Train::In<Value>& in) {
  const auto& data = *in.batches->data;
  expect_images(data, "batches", "give \"split\" smaller shares of validation and test");
  expect_images(*in.validation, "validation", "give \"split\" a \"validation\" above 0");
  expect_fits(in.model->specification, data, "batches");
  expect_fits(in.model->specification, *in.validation, "validation");
  return in;
}

bool wants_bf16(const std::string& precision) {
  return precision == "bf16" || (precision == "auto" && cpu_has_bf16());
}

History begin_history(const Train::Params& params, const Schedule& schedule, std::int64_t steps, bool bf16) {
  History history;
  history.steps_per_epoch = steps;
  history.planned_epochs = params.epochs;
  history.monitor = params.monitor.metric;
  history.schedule = params.schedule.type;
  history.warmup_steps = schedule.warmup_steps();
  history.peak_learning_rate = params.learning_rate;
  history.floor_learning_rate = schedule.floor();
  history.precision = bf16 ? "bf16" : "fp32";
  return history;
}

void append(History::Part& part, const Tally& tally) {
  part.loss.push_back(tally.mean_loss());
  part.accuracy.push_back(tally.accuracy());
  part.top_5.push_back(tally.top_5());
}

}  // namespace

Trainer::Trainer(const Train::In<Value>& in, const Train::Params& params, const Context& context)
    : in_(checked(in)),
      params_(params),
      context_(context),
      bf16_(wants_bf16(params.precision)),
      steps_per_epoch_(steps_per_epoch(in, params)),
      network_(*in.model),
      runs_(network_.weight_runs(params.optimizer)),
      optimizer_(make_optimizer(params.optimizer)),
      schedule_(params.schedule, params.learning_rate, steps_per_epoch_ * params.epochs),
      progress_(context, params.epochs, steps_per_epoch_) {
  state_.optimizer = optimizer_->begin(network_.parameters().size());
  state_.history = begin_history(params, schedule_, steps_per_epoch_, bf16_);
}

void Trainer::run() {
  resume();
  try {
    while (!finished()) epoch();
  } catch (const Stopped&) {
    save();
    throw;
  }
  save();
  progress_.end(state_.timing);
}

void Trainer::resume() {
  if (context_.checkpoints == nullptr) return;
  const auto newest = context_.checkpoints->newest(TrainState::codec());
  if (!newest) return;
  const auto& [item, position] = *newest;
  restore(*static_cast<const TrainState*>(item.data.get()));
  saved_ = position;
  const auto where = position_text(position, Train::horizon(params_));
  context_.event(
      "resumed",
      "goes on from " + where + ": weights, optimizer, counters, best, patience and history are restored",
      {{"epoch", position.round}, {"step", position.step}});
}

void Trainer::save() {
  const Position here{state_.epoch, state_.step_in_epoch};
  if (context_.checkpoints == nullptr || here == saved_) return;
  const auto state = this->state();
  context_.checkpoints->save(TrainState::codec(), &state, here,
                             static_cast<std::size_t>(params_.checkpoint.keep));
  saved_ = here;
  unsaved_.lap();
}

void Trainer::save_when_due() {
  const auto& due = params_.checkpoint;
  const bool by_epoch = state_.step_in_epoch == 0 && state_.epoch - saved_.round >= due.every_epochs;
  if (by_epoch || unsaved_.seconds() >= 60 * due.every_minutes) save();
}

bool Trainer::finished() const {
  return state_.epoch >= params_.epochs || state_.history.stopped_early;
}

void Trainer::epoch() {
  const Stopwatch watch;
  auto stream = BatchStream::training(*in_.batches, static_cast<std::uint32_t>(state_.epoch),
                                      static_cast<std::size_t>(params_.batch_size), context_.threads,
                                      static_cast<std::size_t>(state_.step_in_epoch));
  const auto pace = train_epoch(stream);
  end_epoch();
  state_.timing.epoch_seconds.push_back(watch.seconds());
  const auto times = stream.times();
  state_.timing.epoch_wait_seconds.push_back(times.waited);
  state_.timing.epoch_decode_seconds.push_back(times.decoding);
  state_.timing.epoch_augment_seconds.push_back(times.augmenting);
  progress_.epoch(state_.history, pace, watch.seconds());
  save_when_due();
}

Pace Trainer::train_epoch(BatchStream& stream) {
  const Stopwatch watch;
  const auto before = state_.tally.samples;
  lap_.lap();
  while (state_.step_in_epoch < steps_per_epoch_) {
    if (context_.stop.stop_requested()) throw Stopped{};
    const auto* batch = stream.next();
    assert(batch != nullptr);
    step(*batch);
    progress_.step(state_.epoch, state_.step_in_epoch - 1, state_.tally,
                   {state_.tally.samples - before, watch.seconds()});
    save_when_due();
  }
  return {state_.tally.samples - before, watch.seconds()};
}

void Trainer::end_epoch() {
  record(validate());
  judge();
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.tally = {};
}

void Trainer::step(const Batch& batch) {
  const auto number = state_.epoch * steps_per_epoch_ + state_.step_in_epoch;
  const double rate = schedule_.at(number);
  const double loss = learn(batch);
  const double norm = clip();
  optimizer_->step(network_.parameters(), network_.gradients(), runs_, rate, state_.optimizer);
  state_.history.step_loss.push_back(loss);
  state_.history.step_learning_rate.push_back(rate);
  state_.history.step_gradient_norm.push_back(norm);
  state_.timing.step_samples_per_second.push_back(static_cast<double>(batch.size()) / lap_.lap());
  ++state_.step_in_epoch;
}

double Trainer::learn(const Batch& batch) {
  const auto gradients = network_.gradients();
  std::fill(gradients.begin(), gradients.end(), 0.0F);
  const auto number = static_cast<std::uint64_t>(state_.epoch * steps_per_epoch_ + state_.step_in_epoch);
  const Pass pass{.training = true, .bf16 = bf16_, .seed = context_.seed, .number = number};
  const auto scores = network_.forward(image_tensor(batch.images, in_.model->specification), pass);
  const auto loss = loss_of(scores, batch);
  const double value = loss.item<float>();
  expect_finite(value);
  loss.backward();
  state_.tally.add(value, values_of(scores), batch);
  return value;
}

at::Tensor Trainer::loss_of(const at::Tensor& scores, const Batch& batch) const {
  const auto loss_for = [&](const std::vector<std::int64_t>& labels) {
    return at::cross_entropy_loss(scores, label_tensor(labels), {}, at::Reduction::Mean, -100,
                                  params_.loss.label_smoothing);
  };
  if (batch.other_labels.empty()) return loss_for(batch.labels);
  return loss_for(batch.labels) * batch.share + loss_for(batch.other_labels) * (1 - batch.share);
}

double Trainer::clip() {
  const auto gradients = network_.gradients();
  const double norm = global_norm(gradients);
  const auto limit = params_.clip.global_norm;
  if (limit && norm > *limit) scale(gradients, static_cast<float>(*limit / (norm + 1e-6)));
  return norm;
}

void Trainer::expect_finite(double loss) const {
  if (std::isfinite(loss)) return;
  const auto& limit = params_.clip.global_norm;
  const std::string clip =
      limit ? "lower \"clip.global_norm\" (now " + shown(*limit) + ")" : "set \"clip.global_norm\"";
  throw Error("loss is " + std::string(std::isnan(loss) ? "nan" : "inf") + " at epoch " +
              std::to_string(state_.epoch + 1) + ", step " + std::to_string(state_.step_in_epoch + 1) +
              "; lower \"learning_rate\" (now " + shown(params_.learning_rate) + ") or " + clip);
}

Tally Trainer::validate() {
  const auto& batches = *in_.batches;
  Tally tally;
  score(network_, in_.model->specification,
        BatchStream::plain(*in_.validation, batches.mean, batches.deviation,
                           static_cast<std::size_t>(params_.batch_size), context_.threads),
        bf16_, context_, [&](const at::Tensor& scores, const Batch& batch) {
          tally.add(loss_of(scores, batch).item<float>(), values_of(scores), batch);
        });
  return tally;
}

void Trainer::record(const Tally& validation) {
  append(state_.history.train, state_.tally);
  append(state_.history.validation, validation);
}

double Trainer::monitored() const {
  const auto& metric = params_.monitor.metric;
  const auto& part = metric.starts_with("val_") ? state_.history.validation : state_.history.train;
  return (metric.ends_with("accuracy") ? part.accuracy : part.loss).back();
}

void Trainer::judge() {
  const double value = monitored();
  const double sign = params_.monitor.more_is_better() ? 1 : -1;
  const auto beats = [&](std::optional<double> old, double margin) {
    return !old || (std::isnan(*old) && !std::isnan(value)) || sign * (value - *old) > margin;
  };
  if (beats(state_.best, 0)) {
    state_.best = value;
    state_.best_weights = network_.weights();
    state_.history.best_epoch = static_cast<std::int64_t>(state_.history.epochs());
  }
  ++state_.waited;
  if (beats(state_.patience_best, params_.early_stopping.min_delta)) {
    state_.patience_best = value;
    state_.waited = 0;
  }
  be_patient();
}

void Trainer::be_patient() {
  const auto patience = params_.early_stopping.patience;
  state_.history.stopped_early = patience && state_.waited >= *patience &&
                                 static_cast<std::int64_t>(state_.history.epochs()) < params_.epochs;
}

Train::Out<Value> Trainer::result() const {
  return {.best = model_with(state_.best_weights),
          .last = model_with(network_.weights()),
          .history = state_.history,
          .timing = state_.timing};
}

Model Trainer::model_with(const Weights& weights) const {
  const auto& batches = *in_.batches;
  return {in_.model->specification, network_.named(weights), batches.data->class_names, batches.mean,
          batches.deviation};
}

TrainState Trainer::state() const {
  auto state = state_;
  state.weights = network_.weights();
  return state;
}

void Trainer::restore(TrainState state) {
  network_.load(state.weights);
  state_ = std::move(state);
  state_.history.planned_epochs = params_.epochs;
  be_patient();
}

}  // namespace fovea
