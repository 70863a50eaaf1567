#pragma once

#include "pipelines/train/compose.hpp"

namespace fovea {

/// Makes of a pipeline that trains once one that trains several times, as `--seeds` or `--folds` asks for,
/// and puts together what the runs measure. Of folds, each model of the last epoch is scored on its
/// validation part as well, since that part chose the best epoch. Throws `Error` that begins with the flag.
void train_several_times(Json& definition, const TrainRequest& request);

}  // namespace fovea
