#pragma once

#include "pipelines/tracking/event_file.hpp"
#include "stages/model/model.hpp"

namespace fovea {

/// How values fall into 64 intervals of one width; what is not finite is left out.
TensorBoardHistogram histogram_of(std::span<const float> values);

/// A histogram of each weight of a network, at a step of its own.
void add_weights(EventFile& file, const Model& model, double time, std::int64_t step);

}  // namespace fovea
