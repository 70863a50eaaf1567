#pragma once

#include <memory>

#include "stages/data/batch_stream.hpp"
#include "stages/model/compute_device.hpp"
#include "stages/train/torch/loss.hpp"
#include "stages/train/torch/train_state.hpp"
#include "stages/train/train.hpp"

namespace fovea {

/// A loss that is NaN or infinite.
struct LossNotFinite : Error {
  using Error::Error;
};

/// Updates the weights of one network, step by step. All state between steps is in the `TrainState` that the
/// calls get; `settle` and `fetch` bring it up to date.
class Learner {
 public:
  virtual ~Learner() = default;
  Learner(const Learner&) = delete;

  /// Makes the learner for the device. Throws `Error` where settings and data do not fit.
  static std::unique_ptr<Learner> make(const Train::In<Value>& in, const Train::Params& params,
                                       std::uint64_t seed, const ComputeDevice& device);

  /// Initialises optimizer, weight average and sums before the first step.
  void begin(TrainState& state);
  /// Restores a state. Throws `Error` where it is not one of this network and these settings.
  void restore(const TrainState& state);
  /// Throws `Error` where a state is not one of this network and these settings.
  void expect_fits(const TrainState& state) const;

  /// Freezes weights as the settings say of the state's epoch; where they learn from it on, the optimizer
  /// begins anew. Must be called before the first step of each epoch, and after `restore`. Returns whether
  /// anything has changed.
  bool begin_epoch(TrainState& state);

  /// Takes the batches of one step from the stream and updates the weights: forward, loss, backward, clip,
  /// optimizer, average. `number` counts all steps from 0. Adds to the tally, the history and the timing of
  /// `state`, in this step or a later one; where the scaled loss overflows, the loss scale changes in place
  /// of the weights. Throws `LossNotFinite`, and `Error` where the loss scale has vanished, for this step or
  /// an earlier one.
  virtual void step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) = 0;
  /// Brings tally, history and timing of the state up to date with all steps. Throws what `step` throws.
  virtual void settle(TrainState&) {}
  /// Settles, and copies weights, optimizer and weight average to the network's host lists and the state.
  virtual void fetch(TrainState&) {}
  /// Makes the next steps use the network's host lists as they are now.
  virtual void accept() {}
  /// Scores every image of `data` with the weights of the checkpoint. Throws `LossNotFinite`.
  virtual Tally validate(const Dataset& data, TrainState& state, const Context& context) = 0;

  /// Returns the weights of the checkpoint, after `fetch`: their average where there is one.
  Weights kept(const TrainState& state) const;
  /// Returns a remark for the user on how this device trains; "" where there is none.
  virtual std::string remark() const { return {}; }

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  Precision precision() const { return precision_; }
  /// Returns how many parameters are frozen now.
  std::size_t frozen_parameters() const;
  /// Returns the names of all parameters, in the order of `TrainState::gradient_norms`.
  const std::vector<std::string>& names() const { return names_; }

 protected:
  Learner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
          const ComputeDevice& device);

  /// Sums over the batches of one step.
  struct Sums {
    double loss = 0;
    double weight = 0;
    std::int64_t images = 0;
  };
  /// Makes the next steps learn as `tensors_` says.
  virtual void learn_anew() {}
  /// Loads optimizer, weight average and loss scale of a state for the next steps.
  virtual void take(const TrainState&) {}
  /// Returns whether to update the weights by gradients of this norm: a step whose scaled loss has overflowed
  /// is skipped.
  bool is_to_be_made(double norm, std::int64_t number, TrainState& state) const;
  void expect_finite(double loss, std::int64_t number, const TrainState& state) const;
  /// Scores every image of `data` with the network's current weights. Throws `LossNotFinite`.
  Tally scored(const Dataset& data, const TrainState& state, const Context& context);

  const Train::In<Value> in_;
  const Train::Params params_;
  const std::uint64_t seed_;
  const Precision precision_;
  Network network_;
  std::vector<WeightRun> tensors_;  ///< one per parameter
  const std::unique_ptr<Optimizer> optimizer_;
  const std::unique_ptr<Loss> loss_;

 private:
  void fill(TrainState& state) const;
  [[noreturn]] void refuse_loss(const std::string& what, double loss, const std::string& where) const;

  std::vector<std::string> names_;
  std::vector<bool> frozen_;  ///< by weight and buffer; empty where none is frozen now
};

}  // namespace fovea
