#pragma once

#include <optional>

#include "stages/data/batch_stream.hpp"
#include "stages/learn/progress.hpp"
#include "stages/learn/tally.hpp"
#include "stages/learn/train.hpp"
#include "stages/model/network.hpp"

namespace fovea {

/// Everything that decides how training goes on, beside inputs and settings.
struct TrainState {
  Weights weights;  ///< filled by `Trainer::state` only; while training they are in the network
  OptimizerState optimizer;
  std::int64_t epoch = 0;          ///< epochs that are finished
  std::int64_t step_in_epoch = 0;  ///< steps of the epoch that is not
  Tally tally;                     ///< of those steps
  std::optional<double> best;      ///< the monitor's best value
  Weights best_weights;
  std::optional<double> patience_best;  ///< the value that early stopping compares with
  std::int64_t waited = 0;              ///< epochs since then
  History history;
  Timing timing;
};

/// Trains one network. Everything that changes is in its `TrainState`, so that a state restored into a new
/// trainer with equal inputs and settings goes on to the same bytes.
class Trainer {
 public:
  /// Throws `Error` where data, model and settings do not fit.
  Trainer(const Train::In<Value>& in, const Train::Params& params, const Context& context);

  /// Trains to the end: the last epoch, or when early stopping says so. Throws `Stopped` when asked to leave.
  void run();
  Train::Out<Value> result() const;

  /// A copy of everything, to go on from.
  TrainState state() const;
  void restore(TrainState state);

 private:
  bool finished() const;
  void epoch();
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
  TrainState state_;
};

}  // namespace fovea
