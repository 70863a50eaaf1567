#pragma once

#include "stages/model/torch/network_input.hpp"
#include "stages/train/torch/learner.hpp"

namespace fovea {

/// Trains on the CPU with the weights in host memory; each step is finished when it returns.
class HostLearner : public Learner {
 public:
  HostLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
              const ComputeDevice& device);

  void step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) override;
  Tally validate(const Dataset& data, TrainState& state, const Context& context) override;

 private:
  /// Accumulates the gradients of all batches of one step, as those of one large batch.
  Sums learn(BatchStream& stream, std::int64_t number, TrainState& state);
  void track(TrainState& state);
  void clip(double global);
  void average(TrainState& state);
  void learn_anew() override { runs_ = runs(); }
  std::vector<WeightRun> runs() const { return optimizer_->whole_tensors() ? tensors_ : merged(tensors_); }

  NetworkInput input_;
  std::vector<WeightRun> runs_;
  std::vector<std::size_t> counters_;  ///< buffers that count batches, and are not averaged
};

}  // namespace fovea
