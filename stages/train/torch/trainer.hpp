#pragma once

#include "graph/plan.hpp"
#include "stages/train/live_figures.hpp"
#include "stages/train/progress.hpp"
#include "stages/train/schedule.hpp"
#include "stages/train/torch/learner.hpp"

namespace fovea {

/// Trains one network. All that changes is in its `TrainState`, so that a state restored into a new trainer
/// with equal inputs and settings leads to the same bytes.
class Trainer {
 public:
  /// Throws `Error` where data, model and settings do not fit. `chosen_batch_size` is for the history.
  Trainer(const Train::In<Value>& in, const Train::Params& params, const Context& context,
          std::int64_t chosen_batch_size = 0);

  /// Trains to the last epoch or to early stopping. Resumes from the newest checkpoint where there is one,
  /// saves checkpoints as `checkpoint` says, and saves one before it throws `Stopped` when asked to stop.
  void run();
  Train::Out<Value> result() const;

  /// Returns a copy of the whole state, to resume from.
  TrainState state();
  void restore(TrainState state);

 private:
  /// Resumes from the newest checkpoint and reports it.
  void resume();
  void save();
  void save_when_due();
  void show_when_due();
  bool finished() const;
  void epoch();
  BatchStream stream_of(std::int64_t epoch, std::int64_t first_step) const;
  /// Runs the remaining steps of an epoch.
  Pace train_epoch(BatchStream& stream);
  /// Adds the pace of newly finished steps to the timing; returns whether there were any.
  bool update_pace();
  /// Reports a new remark of the learner.
  void log_remark();
  /// Freezes weights, or thaws them, as the settings say of the epoch, and reports it.
  void begin_epoch();
  void end_epoch();
  /// Adds the time since the last call to the running epoch.
  void count_time();
  void keep_times();
  /// Calls all callbacks at one point of training and carries out their requests.
  void call(void (Callback::*what)(TrainingMoment&));
  /// Writes the newly logged values into the history's last epoch.
  void keep_logged();
  /// Sets early stopping where the patience has run out, or a callback asked for it, before the last epoch.
  void check_early_stopping();
  /// Keeps the weights of the best epoch and updates the patience.
  void update_best();
  Model model_with(const Weights& weights) const;

  Train::In<Value> in_;
  Train::Params params_;
  const Context& context_;
  std::int64_t steps_per_epoch_;
  const ComputeDevice device_;
  const std::unique_ptr<Learner> learner_;
  Schedule schedule_;
  BestTracker best_tracker_;
  TrainProgress progress_;
  LiveFigures live_figures_;
  struct NamedCallback {
    std::string name;
    std::unique_ptr<Callback> callback;
    RunLength length;
  };
  std::vector<NamedCallback> callbacks_;
  Stopwatch epoch_clock_;  ///< since the running epoch's time was last counted
  Stopwatch save_clock_;   ///< since the last checkpoint
  Stopwatch pace_clock_;   ///< since the pace was last updated
  std::int64_t pace_images_ = 0;
  std::string logged_remark_;
  Position saved_{};
  TrainState state_;
  std::unique_ptr<BatchStream> next_epoch_;  ///< created ahead, during validation
};

}  // namespace fovea
