#pragma once

#include "stages/model/torch/network.hpp"
#include "stages/train/torch/list_rules.hpp"
#include "stages/train/torch/train_state.hpp"
#include "stages/train/train.hpp"

namespace fovea {

/// The state of training on a device: gradients, optimizer moments, weight average and loss scale, beside the
/// parameters and running statistics of a network. Only `fetch`, `wait` and an optimizer of the user's own
/// wait for the device.
class ResidentState {
 public:
  /// `optimizer` computes on the host the rules that have no `ListRule`.
  ResidentState(Network& network, const Train::Params& params, const std::vector<WeightRun>& tensors,
                const Optimizer& optimizer);

  /// Makes the next updates follow the runs as they are now.
  void learn_anew();
  /// Copies optimizer, weight average and loss scale to the device.
  void take(const TrainState& state);
  /// Copies the weights to the network's host lists, and moments and weight average to the state.
  void fetch(TrainState& state) const;

  /// Returns whether the update rule runs on the host only.
  bool host_moves() const { return rule_ == nullptr; }
  const at::Tensor& gradients() const { return lists_.gradients; }
  /// Waits for the device.
  void wait() const;
  /// Returns `seed` times the loss scale.
  at::Tensor scaled(const at::Tensor& seed) const;
  /// Clips the gradients, times a factor, and updates weights, average and loss scale. Returns the norm of
  /// the gradients before clipping, and that of each weight where norms are tracked.
  at::Tensor move(double factor, const at::Tensor& rate, double rate_of_host);

  /// Makes the network compute with the weight average, for its lifetime.
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
  std::unique_ptr<ListRule> rule_;
  const ByWeight by_weight_;
  UpdatedLists lists_;
  at::Tensor average_, average_buffers_;
  at::Tensor step_count_;      ///< number of updates, one number in fp64
  at::Tensor scale_;           ///< loss scale, one number in fp32; undefined without scaling
  at::Tensor good_steps_;      ///< since the last change of the scale
  OptimizerState host_state_;  ///< of a rule that only the host computes
};

}  // namespace fovea
