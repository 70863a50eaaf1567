#pragma once

#include "stages/train/torch/optimizer.hpp"

namespace fovea {

/// The rules in which each number is moved by itself: adamw, adam, sgd, rmsprop, adadelta, adagrad, lion.
std::unique_ptr<Optimizer> elementwise_rule(const OptimizerParams& params);

/// Adam whose step is as long as the tensor that it moves (You et al., 2020, algorithm 2).
std::unique_ptr<Optimizer> lamb(const OptimizerParams& params);

/// Momentum made orthogonal (Jordan et al., 2024), with the length of an AdamW step (Liu et al., 2025).
std::unique_ptr<Optimizer> muon(const OptimizerParams& params);

}  // namespace fovea
