#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stages/learn/train_params.hpp"

namespace fovea {

/// Numbers that share one weight decay: `count` of them from `first` of the flat weights.
struct WeightRun {
  std::size_t first = 0;
  std::size_t count = 0;
  double decay = 0;
};

/// What an optimizer remembers between steps.
struct OptimizerState {
  std::int64_t step = 0;                    ///< steps made so far
  std::vector<std::vector<float>> moments;  ///< each as long as the flat weights
};

/// An update rule over flat weights.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// What is remembered before the first step of this many weights.
  OptimizerState begin(std::size_t weights) const;
  /// Moves the weights by one step against the gradients, both flat and of one length; `runs` covers them.
  void step(std::span<float> weights, std::span<const float> gradients, std::span<const WeightRun> runs,
            double learning_rate, OptimizerState& state) const;

 protected:
  /// Neighbouring numbers that are updated alike.
  struct Piece {
    float* weights;
    const float* gradients;
    float* moments[2];
    std::size_t count;
    double learning_rate;
    double decay;
    std::int64_t step;  ///< from 1
  };

 private:
  virtual std::size_t moments() const = 0;
  virtual void update(const Piece& piece) const = 0;
};

/// The rule that `params` names: PyTorch's AdamW (decoupled decay, Loshchilov and Hutter, 2019) or SGD.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerParams& params);

/// The root of the sum of squares, the same for any number of threads.
double global_norm(std::span<const float> values);

/// Multiplies every value.
void scale(std::span<float> values, float factor);

}  // namespace fovea
