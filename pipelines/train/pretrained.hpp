#pragma once

#include "pipelines/train/compose.hpp"

namespace fovea {

/// Makes a definition begin with the weights that the request names, and train as fine-tuning is: one epoch
/// with the body frozen, then all layers at half the rate, each block at 0.75 of the rate of the next. Where
/// the file tells its architecture, its size of images and how these come to it, both hold where the request
/// does not say otherwise. Throws `UsageError` that begins with the flag.
void begin_with_weights(Json& definition, const TrainRequest& request, const Registry& registry);

}  // namespace fovea
