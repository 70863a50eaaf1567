#pragma once

#include "graph/plan.hpp"
#include "stages/train/live_figures.hpp"
#include "stages/train/progress.hpp"
#include "stages/train/schedule.hpp"
#include "stages/train/torch/learner.hpp"

namespace fovea {

/// Trains one network. Everything that changes is in its `TrainState`, so that a state restored into a new
/// trainer with equal inputs and settings goes on to the same bytes.
class Trainer {
 public:
  /// Throws `Error` where data, model and settings do not fit.
  Trainer(const Train::In<Value>& in, const Train::Params& params, const Context& context);

  /// Trains to the end: the last epoch, or when early stopping says so. Goes on from saved progress where
  /// there is some, saves its own as `checkpoint` says, and before it throws `Stopped` when asked to leave.
  void run();
  Train::Out<Value> result() const;

  /// A copy of everything, to go on from.
  TrainState state();
  void restore(TrainState state);

 private:
  /// Goes on from the newest progress, and says so.
  void resume();
  void save();
  void save_when_due();
  void show_when_due();
  bool finished() const;
  void epoch();
  BatchStream stream_of(std::int64_t epoch, std::int64_t first_step) const;
  /// The steps of an epoch that are left to make.
  Pace train_epoch(BatchStream& stream);
  /// Keeps the pace of steps that became known since the last time; whether there were any.
  bool hear();
  /// Says what people should know of how the device learns, once.
  void tell_remark();
  void end_epoch();
  /// Adds the time since the last call to that of the running epoch.
  void count_time();
  void keep_times();
  /// Calls all callbacks at one moment, and keeps what they ask for.
  void call(void (Callback::*what)(TrainingMoment&));
  /// Writes what they logged since the last time into the history's last epoch.
  void keep_logged();
  /// Stops early where patience has run out, or a callback said so, before the last epoch.
  void be_patient();
  /// Keeps the weights where the epoch is the best, and counts the patience.
  void best_tracker();
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
  LiveFigures live_;
  struct NamedCallback {
    std::string name;
    std::unique_ptr<Callback> callback;
    RunLength length;
  };
  std::vector<NamedCallback> callbacks_;
  Stopwatch clock_;    ///< since the running epoch's time was last counted
  Stopwatch unsaved_;  ///< since progress was last saved
  Stopwatch heard_;    ///< since steps became known
  std::int64_t heard_images_ = 0;
  std::string told_remark_;
  Position saved_{};
  TrainState state_;
  std::unique_ptr<BatchStream> next_epoch_;  ///< ahead of its use
};

}  // namespace fovea
