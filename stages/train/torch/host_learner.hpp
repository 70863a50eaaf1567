#pragma once

#include "stages/train/torch/learner.hpp"

namespace fovea {

/// Learns on the plain CPU, on the host's own lists: each step is done when it returns.
class HostLearner : public Learner {
 public:
  HostLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
              const ComputeDevice& device);

  void step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) override;
  Tally validate(const Dataset& data, TrainState& state, const Context& context) override;

 private:
  /// Adds the gradients of the batches of one step to the network's, as those of one large batch.
  Sums learn(BatchStream& stream, std::int64_t number, TrainState& state);
  void track(TrainState& state);
  void clip(double global);
  void average(TrainState& state);

  const std::vector<WeightRun> runs_;
  std::vector<std::size_t> counters_;  ///< buffers that count, and are not averaged
};

}  // namespace fovea
