#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stages/model/specification.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// Numbers of the flat weights that learn alike: `count` of them from `first`.
struct WeightRun {
  std::size_t first = 0;
  std::size_t count = 0;
  double decay = 0;
  double rate = 1;        ///< what the learning rate is multiplied by
  std::int64_t rows = 0;  ///< of a weight matrix between first and last layer, a row for each channel that
                          ///< comes out; else 0
};

/// One run for each parameter tensor, in the order of the specification. Norms and biases decay only where
/// the settings ask for it; `layer_decay` goes by blocks of layers, as in Clark et al. (2020). Throws `Error`
/// where a group's pattern fits no name.
std::vector<WeightRun> weight_runs(const NetworkInfo& info, const OptimizerParams& params);

/// The same with neighbours that decay and learn alike in one run.
std::vector<WeightRun> merged(const std::vector<WeightRun>& runs);

/// The block that a parameter is in, for each parameter tensor: 0 is nearest to the image. "layer1.0.conv1"
/// and "layer1.0.bn1" are in one block; outside of numbered blocks each layer with weights begins a new one,
/// and what normalises it belongs to it.
std::vector<std::size_t> blocks_of(const NetworkInfo& info);

}  // namespace fovea
