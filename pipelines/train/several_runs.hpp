#pragma once

#include "pipelines/train/compose.hpp"

namespace fovea {

/// Changes a pipeline to train several times, as requested by `--seeds` and `--folds`, for each combination
/// of these and the values of its `each`, and to summarise the metrics. For folds, each model of the last
/// epoch is also evaluated on its validation part, because that part chose the best epoch. Throws `Error`
/// that begins with the flag.
void train_several_times(Json& definition, const TrainRequest& request);

}  // namespace fovea
