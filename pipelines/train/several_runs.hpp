#pragma once

#include "pipelines/train/compose.hpp"

namespace fovea {

/// Makes of a pipeline one that trains several times, as `--seeds` and `--folds` ask for, each with each and
/// with the values that its `each` gives already, and puts together what the runs measure. Of folds, each
/// model of the last epoch is scored on its validation part as well, since that part chose the best epoch.
/// Throws `Error` that begins with the flag.
void train_several_times(Json& definition, const TrainRequest& request);

}  // namespace fovea
