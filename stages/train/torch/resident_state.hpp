#pragma once

#include "stages/model/torch/network.hpp"
#include "stages/train/torch/list_rules.hpp"
#include "stages/train/torch/train_state.hpp"
#include "stages/train/train.hpp"

namespace fovea {

/// What training changes, on a device: gradients, the moments of the optimizer, the average of the weights
/// and the scale of the loss, beside the parameters and running statistics of a network. Nothing but
/// `fetch`, and an optimizer of the user's own, waits for the device.
class ResidentState {
 public:
  /// `optimizer` is what the host computes where it alone knows the rule.
  ResidentState(Network& network, const Train::Params& params, const std::vector<WeightRun>& tensors,
                const Optimizer& optimizer);

  /// Copies optimizer, average and loss scale to the device.
  void take(const TrainState& state);
  /// Brings the network's weights to its host lists, and moments and average to the state.
  void fetch(TrainState& state) const;

  /// Whether only the host knows the optimizer.
  bool host_moves() const { return rule_ == nullptr; }
  const at::Tensor& gradients() const { return lists_.gradients; }
  /// Waits for the device.
  void wait() const;
  /// `seed`, times what the loss is scaled by.
  at::Tensor scaled(const at::Tensor& seed) const;
  /// Clips gradients, times a factor, and moves the weights with all that follows them. Gives the norm of the
  /// gradients before, and those of each weight where they are tracked.
  at::Tensor move(double factor, const at::Tensor& rate, double rate_of_host);

  /// Has the network compute with the average for as long as it lives.
  class Averaged {
   public:
    explicit Averaged(ResidentState& state);
    ~Averaged();
    Averaged(const Averaged&) = delete;

   private:
    void compute_with(const at::Tensor& parameters, const at::Tensor& buffers);
    ResidentState& state_;
    const at::Tensor parameters_, buffers_;
  };

 private:
  void clip(const at::Tensor& norm);
  void move_weights(const at::Tensor& rate, const at::Tensor& finite);
  void move_on_host(double rate);
  void move_average(const at::Tensor& finite);
  void move_scale(const at::Tensor& finite);

  Network& network_;
  const Train::Params& params_;
  const std::vector<WeightRun>& tensors_;
  const Optimizer& optimizer_;
  const std::unique_ptr<ListRule> rule_;
  const ByWeight by_weight_;
  UpdatedLists lists_;
  at::Tensor average_, average_buffers_;
  at::Tensor made_;            ///< steps made, one number in fp64
  at::Tensor scale_;           ///< of the loss, one number in fp32; none where it is not scaled
  at::Tensor good_steps_;      ///< since the scale last changed
  OptimizerState host_state_;  ///< of a rule that only the host knows
};

}  // namespace fovea
