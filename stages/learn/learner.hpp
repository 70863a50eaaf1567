#pragma once

#include <memory>

#include "stages/data/batch_stream.hpp"
#include "stages/learn/loss.hpp"
#include "stages/learn/train.hpp"
#include "stages/learn/train_state.hpp"
#include "stages/model/compute_device.hpp"

namespace fovea {

/// A loss that is NaN or infinite.
struct LossNotFinite : Error {
  using Error::Error;
};

/// Changes the weights of one network, step by step. All that it remembers from step to step is in the
/// `TrainState` that it is given.
class Learner {
 public:
  /// Throws `Error` where settings and data do not fit.
  Learner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
          const ComputeDevice& device);

  /// Optimizer, average and sums before the first step.
  void begin(TrainState& state) const;
  /// Takes the batches of one step from the stream and moves the weights: forward, loss, backward, clip,
  /// optimizer, average. `number` counts all steps from 0. Adds to the tally, the history and the timing of
  /// `state`; where a scaled loss overflows its gradients, the scale moves in place of the weights. Throws
  /// `LossNotFinite`, and `Error` where no scale is left.
  void step(BatchStream& stream, std::int64_t number, double rate, TrainState& state);
  /// Throws `Error` where a state is not one of this network and these settings.
  void expect_fits(const TrainState& state) const;
  /// Scores every image of `data` with the weights that are to be kept. Throws `LossNotFinite`.
  Tally validate(const Dataset& data, TrainState& state, const Context& context);
  /// The weights that are to be kept: their average where there is one.
  Weights kept(const TrainState& state) const;

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  Precision precision() const { return precision_; }
  /// The names of all parameters, in the order of `TrainState::gradient_norms`.
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Sums {
    double loss = 0;
    double weight = 0;
    std::int64_t images = 0;
  };
  /// Adds the gradients of the batches of one step to the network's, as those of one large batch.
  Sums learn(BatchStream& stream, std::int64_t number, TrainState& state);
  /// Whether the weights follow their gradients, of this norm: a step whose scaled loss has overflowed is
  /// skipped.
  bool is_to_be_made(double norm, std::int64_t number, TrainState& state) const;
  void expect_finite(double loss, std::int64_t number, const TrainState& state) const;
  [[noreturn]] void refuse_loss(const std::string& what, double loss, const std::string& where) const;
  void track(TrainState& state);
  void clip(double global);
  void average(TrainState& state);

  const Train::In<Value> in_;
  const Train::Params params_;
  const std::uint64_t seed_;
  const Precision precision_;
  Network network_;
  const std::vector<WeightRun> tensors_;
  const std::unique_ptr<Optimizer> optimizer_;
  const std::vector<WeightRun> runs_;
  const std::unique_ptr<Loss> loss_;
  std::vector<std::string> names_;
  std::vector<std::size_t> counters_;  ///< buffers that count, and are not averaged
};

}  // namespace fovea
