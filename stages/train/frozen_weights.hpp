#pragma once

#include <vector>

#include "stages/model/specification.hpp"
#include "stages/train/train_params.hpp"
#include "stages/train/weight_groups.hpp"

namespace fovea {

/// Returns whether each weight and buffer of a network is frozen, in the order of `NetworkInfo::weights`. The
/// buffers of a layer are where all its parameters are. Throws `Error` where a pattern fits no layer and no
/// parameter, or where nothing would be left to learn.
std::vector<bool> frozen_weights(const NetworkInfo& info, const FreezeParams& freeze);

/// Returns the runs, one per parameter, with those of frozen parameters neither learning nor decaying.
std::vector<WeightRun> without_frozen(std::vector<WeightRun> runs, const NetworkInfo& info,
                                      const std::vector<bool>& frozen);

}  // namespace fovea
