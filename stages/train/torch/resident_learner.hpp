#pragma once

#include "stages/model/torch/step_graph.hpp"
#include "stages/train/progress.hpp"
#include "stages/train/torch/batch_upload.hpp"
#include "stages/train/torch/learner.hpp"
#include "stages/train/torch/resident_state.hpp"
#include "stages/model/torch/device_table.hpp"

namespace fovea {

/// Trains on a separate device that holds all state: parameters, gradients, moments, weight average and
/// running statistics as flat lists. A step sends one upload and does not wait; its results are read together
/// with those of other steps. Steps of equal size are recorded once and then replayed as one graph, where the
/// device supports it.
class ResidentLearner : public Learner {
 public:
  using MakeGraph = std::function<std::unique_ptr<StepGraph>()>;

  ResidentLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                  const ComputeDevice& device);
  /// Records steps with the graphs of `make_graph`.
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
  /// The host's record of a batch until its line is read.
  struct Sent {
    Batch truth;  ///< without images
    std::int64_t number = 0;
    double rate = 0, weight = 0;
    bool ends_step = false;
  };
  /// Shares of the phases in the time of a step.
  struct Shares {
    double forward = 0, backward = 0, update = 0;
  };
  bool needs_host() const { return tensor_loss_ == nullptr || state_.host_moves(); }
  std::int64_t width() const;
  void take(const TrainState& state) override;
  void learn_anew() override;

  /// Uploads a batch and computes its gradients; the first batch of a step overwrites them, later ones add.
  /// `divisor` is the divisor of the step's loss sums, 0 before the first batch.
  void learn(const Batch& batch, std::int64_t part, double rate, double& divisor);
  /// Runs forward and backward for the uploaded images.
  void pass(std::int64_t images, bool first);
  /// Runs forward and backward with a loss that the host computes; returns the batch's weight.
  double pass_with_host_loss(const Batch& batch, bool first, double& divisor);
  at::Tensor forward(const BatchUpload::Read& batch_upload);
  /// Runs backward from the sum of the losses, with the initial gradient `seed`.
  void backward_from(const at::Tensor& scores, const at::Tensor& sum, const at::Tensor& seed, bool first);
  /// Updates the weights by the gradients times a factor.
  void move(double factor);
  /// Runs pass and update of one batch, recorded as a graph where possible.
  void whole_step(std::int64_t images);
  void record(const std::function<void()>& body);
  void write_line();
  void keep_line(TrainState& state);
  void read_line(const Sent& sent, std::span<const float> line, TrainState& state);
  /// Divides the time since the last read line among the phases.
  void count_time(TrainState& state);
  /// Adds the time since the last mark to a share, in the steps before the graph is recorded.
  void mark(double Shares::*share);

  const at::Device device_;
  const MakeGraph make_graph_;
  const DeviceStream stream_;                ///< the compute stream
  const std::unique_ptr<Loss> device_loss_;  ///< with its tensors on the device
  const TensorLoss* const tensor_loss_;      ///< `device_loss_`, or null where only the host computes it
  ResidentState state_;
  BatchUpload batch_upload_;
  DeviceTable step_log_;
  at::Tensor scores_, loss_sum_, norms_;  ///< of the last pass and the last update
  std::unique_ptr<StepGraph> graph_;
  std::int64_t unrecorded_steps_ = 0;  ///< full steps that were not recorded
  std::int64_t measured_steps_ = 0;    ///< steps of any size whose phases were measured
  std::vector<Sent> sent_;
  Sums sums_;  ///< of a step that was read in part
  Stopwatch read_clock_, mark_clock_;
  double wait_seconds_ = 0;
  Shares shares_;
  bool fetched_ = true;
  std::string remark_;
};

}  // namespace fovea
