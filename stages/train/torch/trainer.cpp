#include "stages/train/torch/trainer.hpp"

#include <algorithm>
#include <limits>

#include "runtime/store/checkpoints.hpp"
#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/torch/device.hpp"

namespace fovea {
namespace {

/// Returns the inputs after a check against each other and the settings.
Train::In<Value> checked(const Train::In<Value>& in, const Train::Params& params) {
  const auto& data = *in.batches->data;
  expect_images(data, "batches", "give \"split\" smaller shares of validation and test");
  expect_images(*in.validation, "validation", "give \"split\" a \"validation\" above 0");
  expect_fits(*in.model, *in.batches);
  expect_classes(in.model->specification, *in.validation, "validation");
  Train::check_input(*in.batches, params);
  return {.model = in.model, .batches = as_model_sees(*in.model, in.batches), .validation = in.validation};
}

History begin_history(const Train::Params& params, const Schedule& schedule, std::int64_t steps,
                      Precision precision) {
  History history;
  history.steps_per_epoch = steps;
  history.planned_epochs = params.epochs;
  history.monitor = params.monitor.metric;
  history.loss = params.loss.in_words();
  history.schedule = params.schedule.type;
  history.warmup_steps = schedule.warmup_steps();
  history.peak_learning_rate = params.learning_rate;
  history.floor_learning_rate = schedule.floor();
  history.precision = name_of(precision);
  return history;
}

void append(History::Curves& part, const Tally& tally, std::size_t classes) {
  part.loss.push_back(tally.mean_loss());
  part.accuracy.push_back(tally.accuracy());
  if (counts_top_5(classes)) part.top_5.push_back(tally.top_5());
}

}  // namespace

Trainer::Trainer(const Train::In<Value>& in, const Train::Params& params, const Context& context,
                 std::int64_t chosen_batch_size)
    : in_(checked(in, params)),
      params_(params),
      context_(context),
      steps_per_epoch_(params.steps_of_epoch(in.batches->data->size())),
      device_(compute_device(context.device)),
      learner_(Learner::make(in_, params, context.seed, device_)),
      schedule_(params.schedule, params.learning_rate, steps_per_epoch_ * params.epochs),
      best_tracker_(params.monitor),
      progress_(context, params.epochs, steps_per_epoch_),
      live_figures_(context) {
  learner_->begin(state_);
  state_.history = begin_history(params, schedule_, steps_per_epoch_, learner_->precision());
  state_.history.chosen_batch_size = chosen_batch_size;
  if (params.track_gradients) state_.gradients.names = learner_->names();
  for (const auto& name : params.callbacks) {
    const auto& one = *Extensions::of_training().callback(name);
    callbacks_.push_back({name, one.make(), one.length});
  }
}

void Trainer::run() {
  progress_.begin(device_, learner_->precision());
  count_peak_memory(torch_device(device_));
  log_remark();
  resume();
  try {
    while (!finished()) epoch();
    next_epoch_.reset();
  } catch (const Stopped&) {
    save();
    throw;
  }
  live_figures_.wait();
  // The checkpoint is saved before `on_end`, so that a longer run that resumes from it gets nothing of
  // `on_end`.
  learner_->fetch(state_);
  save();
  call(&Callback::on_end);
  keep_logged();
  if (const auto peak = peak_memory(torch_device(device_))) progress_.memory(*peak);
  progress_.end(state_.timing);
}

void Trainer::resume() {
  if (context_.checkpoints == nullptr) return;
  const auto newest = context_.checkpoints->newest(TrainState::codec(), [&](const void* state) {
    learner_->expect_fits(*static_cast<const TrainState*>(state));
  });
  if (!newest) return;
  const auto& [item, position] = *newest;
  restore(*static_cast<const TrainState*>(item.data.get()));
  saved_ = position;
  const auto where = position_text(position, Train::horizon(params_));
  progress_.resumed(where, position);
}

void Trainer::save() {
  const Position here{state_.epoch, state_.step_in_epoch};
  if (context_.checkpoints == nullptr || here == saved_) return;
  const auto state = this->state();
  context_.checkpoints->save(TrainState::codec(), &state, here,
                             static_cast<std::size_t>(params_.checkpoint.keep));
  saved_ = here;
  save_clock_.lap();
}

void Trainer::save_when_due() {
  const auto& due = params_.checkpoint;
  const bool by_epoch = state_.step_in_epoch == 0 && state_.epoch - saved_.round >= due.every_epochs;
  if (by_epoch || save_clock_.seconds() >= 60 * due.every_minutes) save();
}

void Trainer::show_when_due() {
  const auto& [every, histograms] = params_.visualize;
  if (every > 0 && state_.epoch % every == 0) live_figures_.draw(state_.history);
  if (!histograms) return;
  learner_->fetch(state_);
  progress_.weights(state_.epoch, learner_->network().named(learner_->kept(state_)));
}

bool Trainer::finished() const {
  return state_.epoch >= params_.epochs || state_.history.stopped_early;
}

BatchStream Trainer::stream_of(std::int64_t epoch, std::int64_t first_step) const {
  return BatchStream::training(*in_.batches, static_cast<std::uint32_t>(epoch),
                               static_cast<std::size_t>(params_.images_a_pass()), context_.threads,
                               static_cast<std::size_t>(first_step * params_.accumulate_steps));
}

void Trainer::epoch() {
  epoch_clock_.lap();
  begin_epoch();
  auto stream = next_epoch_ ? std::exchange(next_epoch_, {})
                            : std::make_unique<BatchStream>(stream_of(state_.epoch, state_.step_in_epoch));
  const auto pace = train_epoch(*stream);
  stream.reset();
  // The stream makes the first batches of the next epoch while this epoch is validated.
  if (state_.epoch + 1 < params_.epochs)
    next_epoch_ = std::make_unique<BatchStream>(stream_of(state_.epoch + 1, 0));
  end_epoch();
  count_time();
  keep_times();
  log_remark();
  progress_.epoch(state_.history, pace, state_.timing.epoch_seconds.back());
  show_when_due();
  save_when_due();
}

Pace Trainer::train_epoch(BatchStream& stream) {
  const Stopwatch watch;
  pace_clock_.lap();
  pace_images_ = state_.tally.samples;
  const auto before = state_.tally.samples;
  const auto decoded = state_.phases.decoding, augmented = state_.phases.augmenting;
  while (state_.step_in_epoch < steps_per_epoch_) {
    if (context_.stop.stop_requested()) throw Stopped{};
    const auto number = state_.epoch * steps_per_epoch_ + state_.step_in_epoch;
    const double rate = schedule_.at(number, state_.monitor_state.reductions);
    learner_->step(stream, number, rate * params_.freeze.rate_in(state_.epoch), state_);
    ++state_.step_in_epoch;
    if (state_.step_in_epoch == steps_per_epoch_) learner_->settle(state_);
    state_.phases.decoding = decoded + stream.times().decoding;
    state_.phases.augmenting = augmented + stream.times().augmenting;
    if (update_pace()) {
      call(&Callback::on_step);
      const auto known = static_cast<std::int64_t>(state_.history.step_loss.size());
      progress_.step(state_.epoch, known - 1 - state_.epoch * steps_per_epoch_, state_.history, state_.tally,
                     {state_.tally.samples - before, watch.seconds()});
    }
    count_time();
    save_when_due();
  }
  return {state_.tally.samples - before, watch.seconds()};
}

bool Trainer::update_pace() {
  auto& pace = state_.timing.step_samples_per_second;
  const auto steps = state_.history.step_loss.size() - pace.size();
  if (steps == 0) return false;
  const auto images = state_.tally.samples - std::exchange(pace_images_, state_.tally.samples);
  pace.insert(pace.end(), steps, static_cast<double>(images) / pace_clock_.lap());
  return true;
}

void Trainer::begin_epoch() {
  if (!learner_->begin_epoch(state_)) return;
  const auto frozen = learner_->frozen_parameters(), all = learner_->names().size();
  const auto from = "from epoch " + std::to_string(state_.epoch + 1) + " on, ";
  context_.event(
      "freeze",
      frozen == 0 ? from + "all parameters learn"
                  : from + std::to_string(frozen) + " of " + std::to_string(all) + " parameters are frozen",
      {{"epoch", state_.epoch + 1}, {"frozen", frozen}, {"parameters", all}});
}

void Trainer::log_remark() {
  const auto remark = learner_->remark();
  if (remark != logged_remark_) context_.event("remark", remark);
  logged_remark_ = remark;
}

void Trainer::end_epoch() {
  const auto validation = learner_->validate(*in_.validation, state_, context_);
  const auto classes = in_.batches->data->classes();
  append(state_.history.train, state_.tally, classes);
  append(state_.history.validation, validation, classes);
  if (params_.track_gradients) state_.gradient_norms.end_epoch(steps_per_epoch_, state_.gradients);
  update_best();
  call(&Callback::on_epoch);
  keep_logged();
  check_early_stopping();
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.tally = {};
}

void Trainer::count_time() {
  state_.phases.all += epoch_clock_.lap();
}

void Trainer::keep_times() {
  auto& timing = state_.timing;
  const auto& phases = state_.phases;
  timing.epoch_seconds.push_back(phases.all);
  timing.epoch_wait_seconds.push_back(phases.waiting);
  timing.epoch_forward_seconds.push_back(phases.forward);
  timing.epoch_backward_seconds.push_back(phases.backward);
  timing.epoch_update_seconds.push_back(phases.update);
  timing.epoch_decode_seconds.push_back(phases.decoding);
  timing.epoch_augment_seconds.push_back(phases.augmenting);
  state_.phases = {};
}

void Trainer::update_best() {
  auto& monitor_state = state_.monitor_state;
  const double value = best_tracker_.value(state_.history);
  if (best_tracker_.beats(value, monitor_state.best, 0)) {
    monitor_state.best = value;
    learner_->fetch(state_);
    state_.best_weights = learner_->kept(state_);
    state_.history.best_epoch = static_cast<std::int64_t>(state_.history.epochs());
  }
  best_tracker_.count(monitor_state.stopping, value, params_.early_stopping.min_delta);
  if (params_.schedule.type != "reduce_on_plateau") return;
  best_tracker_.count(monitor_state.plateau, value, params_.schedule.plateau_min_delta);
  if (monitor_state.plateau.epochs < params_.schedule.plateau_patience) return;
  monitor_state.plateau.epochs = 0;
  ++monitor_state.reductions;
}

void Trainer::check_early_stopping() {
  const auto patience = params_.early_stopping.patience;
  const bool enough = state_.told_to_stop || (patience && state_.monitor_state.stopping.epochs >= *patience);
  state_.history.stopped_early =
      enough && static_cast<std::int64_t>(state_.history.epochs()) < params_.epochs;
}

void Trainer::call(void (Callback::*what)(TrainingMoment&)) {
  if (callbacks_.empty()) return;
  learner_->fetch(state_);
  for (const auto& [name, callback, length] : callbacks_) {
    state_.history.planned_epochs = length == RunLength::decides ? params_.epochs : 0;
    TrainingMoment moment(state_.history, learner_->network(),
                          static_cast<std::int64_t>(state_.history.epochs()));
    at("callback " + quote(name), [&] {
      (callback.get()->*what)(moment);
      for (const auto& file : moment.shown()) expect_file_name(file.name);
    });
    state_.history.planned_epochs = params_.epochs;
    state_.told_to_stop |= moment.asks_to_stop();
    for (const auto& [logged, value] : moment.logged()) state_.logged[logged] = value;
    for (const auto& file : moment.shown()) {
      std::erase_if(state_.figures, [&](const Figures::File& old) { return old.name == file.name; });
      state_.figures.push_back(file);
    }
  }
  learner_->accept();
}

void Trainer::keep_logged() {
  auto& all = state_.history.logged;
  const auto epochs = state_.history.epochs();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [name, value] : state_.logged) {
    all[name].resize(epochs - 1, none);
    all[name].push_back(value);
  }
  for (auto& [name, values] : all) values.resize(epochs, none);
  state_.logged.clear();
}

Train::Out<Value> Trainer::result() const {
  return {.best = model_with(state_.best_weights),
          .last = model_with(learner_->kept(state_)),
          .history = state_.history,
          .timing = state_.timing,
          .gradients = state_.gradients,
          .figures = Figures{state_.figures}};
}

Model Trainer::model_with(const Weights& weights) const {
  const auto& batches = *in_.batches;
  return {in_.model->specification, learner_->network().named(weights), batches.data->class_names,
          batches.preprocessing};
}

TrainState Trainer::state() {
  learner_->fetch(state_);
  update_pace();
  auto state = state_;
  state.weights = learner_->network().weights();
  for (const auto& one : callbacks_) state.callbacks[one.name] = one.callback->state();
  return state;
}

void Trainer::restore(TrainState state) {
  learner_->restore(state);
  state_ = std::move(state);
  for (const auto& one : callbacks_) one.callback->restore(state_.callbacks[one.name]);
  state_.history.planned_epochs = params_.epochs;
  check_early_stopping();
}

}  // namespace fovea
