#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stages/train/weight_groups.hpp"

namespace fovea {

/// The state of an optimizer between steps.
struct OptimizerState {
  std::int64_t step = 0;                    ///< steps made so far
  std::vector<std::vector<float>> moments;  ///< each as long as the flat weights
};

/// An update rule over flat weights, of which each number is read and written once a step. Rules by number
/// take 0.15 to 0.3 of the time of LibTorch's operators on the same lists (list_rules.hpp), lamb 0.65, muon
/// 0.4 (kernels_bench, one core).
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Returns the state before the first step, for a number of weights.
  OptimizerState begin(std::size_t weights) const;
  /// Updates the weights by one step against the gradients, both flat and of one length; `runs` covers them,
  /// with one run per tensor where the rule needs `whole_tensors`.
  void step(std::span<float> weights, std::span<const float> gradients, std::span<const WeightRun> runs,
            double learning_rate, OptimizerState& state) const;
  /// Returns whether a number's update depends on the others of its tensor.
  virtual bool whole_tensors() const { return false; }

 protected:
  static constexpr std::size_t most_moments = 3;

  /// Neighbouring numbers with equal settings.
  struct Piece {
    float* weights;
    const float* gradients;
    float* moments[most_moments];
    std::size_t count;
    double learning_rate;
    double decay;
    std::int64_t step;  ///< from 1
    std::int64_t rows;  ///< as in `WeightRun`
  };

 private:
  /// Returns the number of moments per weight, at most `most_moments`; they begin at 0.
  virtual std::size_t moments() const = 0;
  virtual void update(const Piece& piece) const = 0;
};

/// Returns the update rule that `params` names. The rules are those of PyTorch: AdamW (Loshchilov and Hutter,
/// 2019), Adam, SGD, RMSprop, Adadelta, Adagrad, and Muon with the step of matching size (Liu et al., 2025),
/// in which AdamW updates all but the matrices between layers. Lion is that of Chen et al. (2023), Lamb that
/// of You et al. (2020) where only tensors that decay are scaled by their norm.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerParams& params);

/// Returns the Euclidean norm, summed in fp64, the same for any number of threads; a tenth of the time of
/// LibTorch's norm in fp64 (kernels_bench, one core).
double norm_of(std::span<const float> values);

/// Multiplies every value by the factor.
void scale(std::span<float> values, float factor);

/// Clamps every value to [-limit, limit].
void clamp(std::span<float> values, float limit);

/// Moves `values` towards `target` by a share of the way, in 0.1 to 0.55 of the time of LibTorch's lerp
/// (kernels_bench, one core).
void move_towards(std::span<float> values, std::span<const float> target, float share);

}  // namespace fovea
