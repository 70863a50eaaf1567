#pragma once

#include "stages/model/torch/step_graph.hpp"
#include "stages/train/progress.hpp"
#include "stages/train/torch/batch_upload.hpp"
#include "stages/train/torch/learner.hpp"
#include "stages/train/torch/resident_state.hpp"
#include "stages/train/torch/step_log.hpp"

namespace fovea {

/// Learns on a device apart, where all state lives: parameters, gradients, moments, average and running
/// statistics as flat lists. A step sends one upload there and waits for nothing; what it found is read
/// together with that of other steps. Steps of equal size are recorded once and then started as one, where
/// the device can do that.
class ResidentLearner : public Learner {
 public:
  using MakeGraph = std::function<std::unique_ptr<StepGraph>()>;

  ResidentLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                  const ComputeDevice& device);
  /// With another way to record steps.
  ResidentLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                  const ComputeDevice& device, const MakeGraph& make_graph);
  ~ResidentLearner() override;

  void step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) override;
  void settle(TrainState& state) override;
  void fetch(TrainState& state) override;
  void accept() override;
  Tally validate(const Dataset& data, TrainState& state, const Context& context) override;
  std::string remark() const override { return remark_; }

 private:
  /// What the host remembers of a batch until its line is read.
  struct Sent {
    Batch truth;  ///< without images
    std::int64_t number = 0;
    double rate = 0, weight = 0;
    bool ends_step = false;
  };
  /// How the time of a step is shared out.
  struct Shares {
    double forward = 0, backward = 0, update = 0;
  };
  bool host_helps() const { return tensor_loss_ == nullptr || state_.host_moves(); }
  std::int64_t width() const;
  void take(const TrainState& state) override;

  /// Sends a batch and learns from it; its gradients become those of the step, or are added. `divisor` is
  /// what sums of the step's losses are divided by, 0 before the first.
  void learn(const Batch& batch, std::int64_t part, double rate, double& divisor);
  /// Forward and backward of the images that were sent.
  void pass(std::int64_t images, bool first);
  /// The same with a loss that the host computes; gives its weight.
  double pass_by_host(const Batch& batch, bool first, double& divisor);
  at::Tensor forward(const BatchUpload::Read& batch_upload);
  /// The sum of the losses of scores, and the way back from there.
  void go_back(const at::Tensor& scores, const at::Tensor& sum, const at::Tensor& seed, bool first);
  /// Moves the weights by the gradients, times a factor.
  void move(double factor);
  /// Pass and move of one batch, recorded where that is possible.
  void whole_step(std::int64_t images);
  void record(const std::function<void()>& body);
  void write_line();
  void keep_line(TrainState& state);
  void read_line(const Sent& sent, std::span<const float> line, TrainState& state);
  /// Shares the time out that has passed since the last line was read.
  void count_time(TrainState& state);
  /// Adds to a share the time since the last mark, in steps before one is recorded.
  void mark(double Shares::*share);

  const at::Device device_;
  const MakeGraph make_graph_;
  const DeviceStream stream_;               ///< all is computed in it
  const std::unique_ptr<Loss> there_loss_;  ///< with its numbers on the device
  const TensorLoss* const tensor_loss_;     ///< that, or null where only the host computes it
  ResidentState state_;
  BatchUpload batch_upload_;
  StepLog step_log_;
  at::Tensor scores_, loss_sum_, norms_;  ///< of the last pass and the last move
  std::unique_ptr<StepGraph> graph_;
  std::int64_t plain_steps_ = 0;     ///< of full size
  std::int64_t measured_steps_ = 0;  ///< of any, whose parts are measured
  std::vector<Sent> sent_;
  Sums sums_;  ///< of a step that was read in part
  Stopwatch unread_, marks_;
  double waited_ = 0;
  Shares shares_;
  bool fetched_ = true;
  std::string remark_;
};

}  // namespace fovea
