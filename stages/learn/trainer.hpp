#pragma once

#include "graph/plan.hpp"
#include "stages/data/batch_stream.hpp"
#include "stages/learn/progress.hpp"
#include "stages/learn/train.hpp"
#include "stages/learn/train_state.hpp"

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
  TrainState state() const;
  void restore(TrainState state);

 private:
  /// Goes on from the newest progress, and says so.
  void resume();
  void save();
  void save_when_due();
  bool finished() const;
  void epoch();
  /// The steps of an epoch that are left to make.
  Pace train_epoch(BatchStream& stream);
  void end_epoch();
  /// Stops early where patience has run out before the last epoch.
  void be_patient();
  void step(const Batch& batch);
  /// Makes the gradients of a batch, adds it to the tally, and gives its loss.
  double learn(const Batch& batch);
  /// Scales the gradients together where their norm is above the limit, and gives the norm before that.
  double clip();
  void expect_finite(double loss) const;
  Tally validate();
  void record(const Tally& validation);
  /// Keeps the weights where the epoch is the best, and counts the patience.
  void judge();
  double monitored() const;
  at::Tensor loss_of(const at::Tensor& scores, const Batch& batch) const;
  Model model_with(const Weights& weights) const;

  Train::In<Value> in_;
  Train::Params params_;
  const Context& context_;
  bool bf16_;
  std::int64_t steps_per_epoch_;
  Network network_;
  std::vector<WeightRun> runs_;
  std::unique_ptr<Optimizer> optimizer_;
  Schedule schedule_;
  TrainProgress progress_;
  Stopwatch lap_;
  Stopwatch unsaved_;  ///< since progress was last saved
  Position saved_{};
  TrainState state_;
};

}  // namespace fovea
