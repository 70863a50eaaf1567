#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/model/specification.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// A range of the flat weights with equal settings: `count` numbers from `first`.
struct WeightRun {
  std::size_t first = 0;
  std::size_t count = 0;
  double decay = 0;
  double rate = 1;  ///< factor of the learning rate
  std::int64_t rows =
      0;  ///< rows of a weight matrix between first and last layer, one per output channel; else 0
};

/// Returns whether a name fits a pattern of the shell, in which "*" stands for anything.
bool fits_pattern(const std::string& pattern, const std::string& name);

/// Returns one run per parameter tensor, in the order of the specification. Norms and biases decay only where
/// the settings ask for it; `layer_decay` goes by blocks of layers, as in Clark et al. (2020). Throws `Error`
/// where a group's pattern matches no name.
std::vector<WeightRun> weight_runs(const NetworkInfo& info, const OptimizerParams& params);

/// Returns the runs with neighbours of equal settings merged into one.
std::vector<WeightRun> merged(const std::vector<WeightRun>& runs);

/// Returns the block of each parameter tensor: 0 is nearest to the image. "layer1.0.conv1" and "layer1.0.bn1"
/// are in one block; outside of numbered blocks each layer with weights begins a new one, and its
/// normalisation belongs to it.
std::vector<std::size_t> blocks_of(const NetworkInfo& info);

}  // namespace fovea
